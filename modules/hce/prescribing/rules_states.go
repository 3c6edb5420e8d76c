package prescribing

// stateRule speaks of pregnancy or lactation. Weeks are completed ones: from included, before excluded; 0 before is
// until birth.
type stateRule struct {
	group                group
	fromWeek, beforeWeek int
	severity             Severity
	why                  string
	source               string
	unsure               bool
}

// pregnancyTable: what to avoid. The first trimester ends at 14 weeks, the third begins at 28.
var pregnancyTable = []stateRule{
	{group: nsaids, fromWeek: 28, severity: Stop, why: "puede cerrar el ductus y reducir el líquido amniótico en el tercer trimestre", source: "FDA 2020; " + label},
	{group: nsaids, fromWeek: 20, beforeWeek: 28, severity: Stop, why: "puede reducir el líquido amniótico desde la semana 20", source: "FDA 2020"},
	{group: nsaids, beforeWeek: 20, severity: Warn, why: "se evita en lo posible en la gestación; el paracetamol es la alternativa", source: textbook},
	{group: metamizole, fromWeek: 28, severity: Stop, why: "puede cerrar el ductus en el tercer trimestre", source: label},
	{group: metamizole, beforeWeek: 28, severity: Warn, why: "se evita en la gestación", source: label},
	{group: salicylates, fromWeek: 28, severity: Warn, why: "es un salicilato; se evita en el tercer trimestre", source: label},
	{group: systemicTetracyclin, severity: Stop, why: "daña los dientes y huesos del feto", source: label},
	{group: aceInhibitors, severity: Stop, why: "daña los riñones del feto", source: label},
	{group: sartans, severity: Stop, why: "daña los riñones del feto", source: label},
	{group: warfarins, severity: Stop, why: "causa malformaciones y sangrado del feto", source: label},
	{group: directAnticoagulant, severity: Stop, why: "está contraindicado en la gestación", source: label},
	{group: group{atc: []string{"A02BB01", "G02AD06"}, members: []string{"misoprostol"}}, severity: Stop, why: "contrae el útero: puede causar aborto; solo con indicación obstétrica", source: label},
	{group: group{atc: []string{"D10BA"}, members: []string{"isotretinoina", "acitretina"}}, severity: Stop, why: "causa malformaciones graves", source: label},
	{group: group{atc: []string{"A11CA01"}, members: []string{"retinol"}}, severity: Stop, why: "a dosis altas causa malformaciones", source: label},
	{group: group{atc: []string{"D10AD"}, members: []string{"tretinoina", "adapaleno"}}, severity: Warn, why: "es un retinoide tópico; se evita en la gestación", source: label},
	{group: methotrexates, severity: Stop, why: "causa aborto y malformaciones", source: label},
	{group: group{atc: []string{"N03AG01"}, members: []string{"acido valproico", "valproato"}}, severity: Stop, why: "causa malformaciones y daña el desarrollo del niño", source: "EMA 2018; " + label},
	{group: group{atc: []string{"N03AF01", "N03AB02", "N03AA"}, members: []string{"carbamazepina", "fenitoina", "fenobarbital"}}, severity: Warn, why: "puede causar malformaciones; no se suspende de golpe", source: label},
	{group: statins, severity: Stop, why: "se suspende en la gestación salvo riesgo muy alto", source: "FDA 2021", unsure: true},
	{group: group{atc: []string{"C10AB"}, members: []string{"gemfibrozilo", "fenofibrato"}}, severity: Warn, why: "se evita en la gestación", source: label},
	{group: group{atc: []string{"N02CA"}, members: []string{"ergotamina"}}, severity: Stop, why: "contrae el útero y los vasos", source: label},
	{group: group{atc: []string{"G02AB"}, members: []string{"metilergometrina"}}, severity: Stop, why: "contrae el útero; solo después del parto", source: label},
	{group: systemicQuinolones, severity: Warn, why: "se evita en la gestación si hay otra opción", source: label},
	{group: systemicAminoglyc, severity: Warn, why: "puede dañar el oído del feto", source: label},
	{group: cotrimoxazole, beforeWeek: 14, severity: Warn, why: "interfiere con el folato en el primer trimestre", source: label},
	{group: cotrimoxazole, fromWeek: 36, severity: Stop, why: "puede causar ictericia grave en el recién nacido", source: label},
	{group: group{atc: []string{"J01XE01"}, members: []string{"nitrofurantoina"}}, fromWeek: 36, severity: Stop, why: "puede causar anemia hemolítica en el recién nacido", source: label},
	{group: group{atc: []string{"J01BA"}}, fromWeek: 28, severity: Stop, why: "puede causar síndrome gris en el recién nacido", source: label},
	{group: azoles, beforeWeek: 14, severity: Stop, why: "por vía oral se asocia a aborto y malformaciones", source: "FDA 2016", unsure: true},
	{group: azoles, fromWeek: 14, severity: Warn, why: "por vía oral se evita en la gestación", source: label},
	{group: group{atc: []string{"P02CA"}, members: []string{"albendazol", "mebendazol"}}, beforeWeek: 14, severity: Stop, why: "se evita en el primer trimestre", source: "OMS"},
	{group: group{atc: []string{"P02CF"}, members: []string{"ivermectina"}}, severity: Warn, why: "se evita en la gestación", source: label},
	{group: group{atc: []string{"P01AB02", "P01AB07"}, members: []string{"tinidazol", "secnidazol"}}, beforeWeek: 14, severity: Warn, why: "se evita en el primer trimestre", source: label},
	{group: group{atc: []string{"P01BA03"}, members: []string{"primaquina"}}, severity: Stop, why: "puede causar hemólisis en el feto", source: "OMS"},
	{group: group{atc: []string{"G04CB"}, members: []string{"finasterida", "dutasterida"}}, severity: Stop, why: "daña los genitales del feto varón", source: label},
	{group: group{atc: []string{"L02BG", "G03GB"}, members: []string{"letrozol", "clomifeno"}}, severity: Stop, why: "está contraindicado en la gestación", source: label},
	{group: group{atc: []string{"G03AA", "G03AC", "G03AD", "G03CA", "G02BA"}, members: []string{"etinilestradiol", "levonorgestrel"}}, severity: Stop, why: "no se usa en la gestación", source: label},
	{group: lithium, severity: Warn, why: "puede causar malformación cardíaca", source: label},
	{group: benzodiazepines, fromWeek: 28, severity: Warn, why: "puede deprimir al recién nacido", source: label},
	{group: opioids, fromWeek: 28, severity: Warn, why: "puede deprimir al recién nacido", source: label},
	{group: group{atc: []string{"C07AB03"}, members: []string{"atenolol"}}, severity: Warn, why: "se asocia a bajo peso; labetalol o metildopa son las alternativas", source: label},
	{group: group{atc: []string{"C03"}, members: []string{"espironolactona", "hidroclorotiazida", "furosemida"}}, severity: Warn, why: "puede reducir el flujo de la placenta", source: label},
	{group: group{atc: []string{"A10BB", "A10BH", "A10BK"}, members: sulfonylureas.members}, severity: Warn, why: "en la gestación se prefiere la insulina", source: textbook},
	{group: group{atc: []string{"H03BB02"}, members: []string{"tiamazol"}}, beforeWeek: 14, severity: Warn, why: "puede causar malformaciones en el primer trimestre", source: label},
	{group: group{atc: []string{"C01BD01"}, members: []string{"amiodarona"}}, severity: Stop, why: "daña la tiroides del feto", source: label},
	{group: group{atc: []string{"D08AG"}, members: []string{"povidona yodada"}}, severity: Warn, why: "su uso repetido afecta la tiroides del feto", source: label},
	{group: group{atc: []string{"L04AX01"}, members: []string{"azatioprina"}}, severity: Warn, why: "solo si el beneficio lo justifica", source: label},
	{group: group{atc: []string{"S01LA", "L01FG01"}, members: []string{"bevacizumab", "ranibizumab"}}, severity: Warn, why: "se evita en la gestación", source: label},
}

// lactationTable: what to avoid while breast-feeding.
var lactationTable = []stateRule{
	{group: codeines, severity: Stop, why: "puede deprimir la respiración del lactante", source: "FDA 2017"},
	{group: tramadols, severity: Stop, why: "puede deprimir la respiración del lactante", source: "FDA 2017"},
	{group: methotrexates, severity: Stop, why: "pasa a la leche y es tóxico", source: label},
	{group: group{atc: []string{"D10BA"}, members: []string{"isotretinoina"}}, severity: Stop, why: "está contraindicado en la lactancia", source: label},
	{group: group{atc: []string{"N02CA"}, members: []string{"ergotamina"}}, severity: Stop, why: "daña al lactante y corta la leche", source: label},
	{group: group{atc: []string{"C01BD01"}, members: []string{"amiodarona"}}, severity: Stop, why: "pasa a la leche y afecta la tiroides", source: label},
	{group: group{atc: []string{"G02CB"}, members: []string{"cabergolina", "bromocriptina"}}, severity: Stop, why: "corta la leche", source: label},
	{group: group{atc: []string{"J01BA"}}, severity: Stop, why: "puede dañar la médula del lactante", source: label},
	{group: lithium, severity: Warn, why: "pasa a la leche", source: label},
	{group: group{atc: []string{"N02BA"}, members: aspirin.members, except: []string{"B01AC06"}}, severity: Warn, why: "a dosis de dolor se evita: riesgo de Reye", source: label},
	{group: metamizole, severity: Warn, why: "se evita en la lactancia", source: label},
	{group: systemicQuinolones, severity: Warn, why: "se evita si hay otra opción", source: label},
	{group: systemicTetracyclin, severity: Warn, why: "solo por pocos días", source: label},
	{group: benzodiazepines, severity: Warn, why: "puede adormecer al lactante", source: label},
	{group: strongOpioids, severity: Warn, why: "puede deprimir al lactante", source: label},
	{group: group{atc: []string{"G03AA"}, members: []string{"etinilestradiol"}}, severity: Warn, why: "lleva estrógeno: reduce la leche en los primeros meses", source: "OMS, criterios de elegibilidad"},
	{group: cotrimoxazole, severity: Warn, why: "se evita en el primer mes y con ictericia del niño", source: label},
	{group: group{atc: []string{"J01XE01"}, members: []string{"nitrofurantoina"}}, severity: Warn, why: "se evita en el primer mes del niño", source: label},
	{group: group{atc: []string{"S01EA05"}, members: []string{"brimonidina"}}, severity: Warn, why: "puede causar apnea en el lactante", source: label},
	{group: statins, severity: Warn, why: "se evita en la lactancia", source: label},
}
