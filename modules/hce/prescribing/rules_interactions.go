package prescribing

// interactionTable: the pairs that matter most in dental, obstetric, eye and general practice. Each holds whichever of
// the two is new.
var interactionTable = []struct {
	a, b     group
	severity Severity
	why      string
	source   string
	unsure   bool
}{
	{warfarins, nsaids, Stop, "sangrado grave", label, false},
	{warfarins, lowAspirin, Warn, "aumenta el sangrado", label, false},
	{warfarins, metronidazoles, Stop, "sube el INR", label, false},
	{warfarins, cotrimoxazole, Stop, "sube el INR", label, false},
	{warfarins, azoles, Stop, "sube el INR; también con gel oral de miconazol", label, false},
	{warfarins, group{atc: []string{"A01AB09", "J02AC01"}, members: []string{"miconazol"}}, Stop, "sube el INR", label, false},
	{warfarins, systemicMacrolides, Warn, "puede subir el INR", label, false},
	{warfarins, systemicQuinolones, Warn, "puede subir el INR", label, false},
	{warfarins, enzymeInducers, Warn, "baja el INR", label, false},
	{directAnticoagulant, nsaids, Stop, "sangrado grave", label, false},
	{directAnticoagulant, azoles, Warn, "aumenta el anticoagulante", label, false},
	{heparins, nsaids, Warn, "aumenta el sangrado", label, false},
	{ssri, nsaids, Warn, "aumenta el sangrado digestivo", label, false},
	{ssri, tramadols, Stop, "síndrome serotoninérgico y convulsiones", label, false},
	{tricyclics, tramadols, Warn, "síndrome serotoninérgico y convulsiones", label, false},
	{ssri, group{atc: []string{"N02CC"}, members: []string{"sumatriptan"}}, Warn, "síndrome serotoninérgico", label, false},
	{corticoids, nsaids, Warn, "aumenta el sangrado digestivo", label, false},
	{aceInhibitors, nsaids, Warn, "sube la presión y daña el riñón", label, false},
	{sartans, nsaids, Warn, "sube la presión y daña el riñón", label, false},
	{diuretics, nsaids, Warn, "reduce el diurético y daña el riñón", label, false},
	{aceInhibitors, sartans, Stop, "no se combinan: potasio alto y daño del riñón", label, false},
	{aceInhibitors, potassiumSparing, Warn, "sube el potasio", label, false},
	{sartans, potassiumSparing, Warn, "sube el potasio", label, false},
	{aceInhibitors, potassium, Warn, "sube el potasio", label, false},
	{potassiumSparing, potassium, Stop, "sube el potasio", label, false},
	{lithium, nsaids, Stop, "sube el litio a niveles tóxicos", label, false},
	{lithium, aceInhibitors, Warn, "sube el litio", label, false},
	{methotrexates, nsaids, Stop, "sube el metotrexato a niveles tóxicos", label, false},
	{methotrexates, cotrimoxazole, Stop, "daña la médula", label, false},
	{methotrexates, penicillins, Warn, "puede subir el metotrexato", label, false},
	{statins, strongMacrolides, Stop, "daño muscular grave; suspender la estatina mientras tanto", label, false},
	{statins, azoles, Warn, "daño muscular", label, false},
	{statins, group{atc: []string{"C10AB04"}, members: []string{"gemfibrozilo"}}, Stop, "daño muscular grave", label, false},
	{nitrates, pde5, Stop, "baja de presión mortal", label, false},
	{digoxins, group{atc: []string{"J01FA09", "J01FA01", "C08DA01", "C01BD01"}, members: []string{"claritromicina", "eritromicina", "verapamilo", "amiodarona"}, except: []string{"S01"}}, Stop, "sube la digoxina a niveles tóxicos", label, false},
	{betaBlockers, verapamils, Stop, "bloqueo del corazón; también con timolol en gotas", label, false},
	{unselectiveBeta, vasoconstrictors, Warn, "crisis de presión con el vasoconstrictor del anestésico: la menor dosis", "ADA", false},
	{tricyclics, vasoconstrictors, Warn, "crisis de presión con el vasoconstrictor del anestésico: la menor dosis", "ADA", false},
	{opioids, benzodiazepines, Stop, "depresión respiratoria", "FDA 2016", false},
	{contraceptives, enzymeInducers, Stop, "el anticonceptivo deja de proteger", "OMS, criterios de elegibilidad", false},
	{sulfonylureas, cotrimoxazole, Warn, "hipoglucemia", label, false},
	{sulfonylureas, azoles, Warn, "hipoglucemia", label, false},
	{sulfonylureas, systemicQuinolones, Warn, "hipoglucemia o hiperglucemia", label, false},
	{group{atc: []string{"B01AC04"}, members: []string{"clopidogrel"}}, group{atc: []string{"A02BC01", "A02BC05"}, members: []string{"omeprazol", "esomeprazol"}}, Warn, "reduce el efecto del clopidogrel", "FDA", false},
	{group{atc: []string{"H03AA"}, members: []string{"levotiroxina"}}, group{atc: []string{"B03A", "A12AA", "A02AD"}, members: []string{"ferroso", "hierro"}}, Warn, "se toman con 4 horas de diferencia", label, false},
	{systemicQuinolones, group{atc: []string{"B03A", "A12AA", "A02AD"}, members: []string{"ferroso", "hierro"}}, Warn, "se toman con horas de diferencia", label, false},
	{systemicTetracyclin, group{atc: []string{"B03A", "A12AA", "A02AD"}, members: []string{"ferroso", "hierro"}}, Warn, "se toman con horas de diferencia", label, false},
	{systemicTetracyclin, group{atc: []string{"D10BA"}, members: []string{"isotretinoina"}}, Stop, "hipertensión intracraneal", label, false},
	{strongMacrolides, group{atc: []string{"N02CA"}, members: []string{"ergotamina"}}, Stop, "isquemia por ergotismo", label, false},
	{group{atc: []string{"M04AA"}, members: []string{"alopurinol"}}, group{atc: []string{"L04AX01"}, members: []string{"azatioprina"}}, Stop, "daña la médula", label, false},
	{group{atc: []string{"M04AC"}, members: []string{"colchicina"}}, group{atc: []string{"J01FA09"}, members: []string{"claritromicina"}}, Stop, "sube la colchicina a niveles tóxicos", label, false},
}

// duplicateTable are the classes of which nobody takes two.
var duplicateTable = []struct {
	group group
	words string
}{
	{group{atc: nsaids.atc, members: nsaids.members, except: append([]string{"S01BC"}, nsaids.except...)}, "dos antiinflamatorios (AINE)"},
	{penicillins, "dos penicilinas"},
	{cephalosporins, "dos cefalosporinas"},
	{systemicMacrolides, "dos macrólidos"},
	{systemicQuinolones, "dos quinolonas"},
	{group{atc: []string{"A02BC"}, members: []string{"omeprazol", "esomeprazol", "lansoprazol", "pantoprazol"}}, "dos inhibidores de la bomba de protones"},
	{group{atc: []string{"R06A"}, members: append([]string{"cetirizina", "loratadina", "desloratadina", "levocetirizina", "fexofenadina"}, firstAntihistam.members...)}, "dos antihistamínicos"},
	{benzodiazepines, "dos benzodiacepinas"},
	{opioids, "dos opioides"},
	{ssri, "dos antidepresivos del mismo grupo"},
	{statins, "dos estatinas"},
	{group{atc: []string{"C09"}, members: append(append([]string{}, aceInhibitors.members...), sartans.members...)}, "dos medicamentos del mismo eje (IECA o ARA II)"},
	{group{atc: []string{"C07"}, members: []string{"propranolol", "atenolol", "bisoprolol", "carvedilol"}, except: []string{"S01"}}, "dos betabloqueadores"},
	{group{atc: []string{"C08CA"}, members: []string{"amlodipino", "nifedipino"}}, "dos bloqueadores de calcio"},
	{sulfonylureas, "dos sulfonilureas"},
	{corticoids, "dos corticoides"},
	{group{atc: []string{"B01AA", "B01AB", "B01AF", "B01AE"}, members: append([]string{"warfarina"}, directAnticoagulant.members...)}, "dos anticoagulantes"},
	{contraceptives, "dos anticonceptivos hormonales"},
}

// conditionTable speaks of illnesses of the patient's file by the beginnings of their CIE-10 codes.
var conditionTable = []struct {
	codes    []string
	group    group
	severity Severity
	why      string
	source   string
	unsure   bool
}{
	{[]string{"J45", "J46"}, unselectiveBeta, Stop, "puede cerrar los bronquios, también en gotas, con asma", label, false},
	{[]string{"J45", "J46"}, nsaids, Warn, "puede desencadenar una crisis si el asma empeora con AINE", label, false},
	{[]string{"K25", "K26", "K27", "K28"}, nsaids, Stop, "puede hacer sangrar la úlcera", label, false},
	{[]string{"K25", "K26", "K27", "K28"}, corticoids, Warn, "puede empeorar la úlcera", label, false},
	{[]string{"N17", "N18", "N19"}, nsaids, Stop, "daña el riñón enfermo", label, false},
	{[]string{"N17", "N18", "N19"}, metformins, Warn, "se ajusta o suspende según la función del riñón", label, false},
	{[]string{"N17", "N18", "N19"}, systemicAminoglyc, Warn, "se ajusta a la función del riñón", label, false},
	{[]string{"N17", "N18", "N19"}, group{atc: []string{"J01XE01"}, members: []string{"nitrofurantoina"}}, Warn, "no sirve y es tóxica con función renal baja", label, false},
	{[]string{"I50", "I11.0", "I13"}, nsaids, Stop, "retiene líquido y empeora la insuficiencia cardíaca", label, false},
	{[]string{"I10", "I11", "I12", "I15"}, nsaids, Warn, "sube la presión", label, false},
	{[]string{"I10", "I11", "I12", "I15", "I20", "I21", "I25", "I47", "I48", "I49", "E05"}, vasoconstrictors, Warn, "lleva vasoconstrictor: la menor dosis y con aspiración", "ADA", false},
	{[]string{"D55.0"}, group{atc: append([]string{"P01BA03", "J01XE01", "J01E"}, sulfas.atc...), members: append([]string{"primaquina", "nitrofurantoina"}, sulfas.members...)}, Stop, "puede causar hemólisis con déficit de G6PD", "OMS", false},
	{[]string{"G40", "G41", "R56"}, tramadols, Stop, "baja el umbral de convulsiones", label, false},
	{[]string{"G40", "G41", "R56"}, systemicQuinolones, Warn, "baja el umbral de convulsiones", label, false},
	{[]string{"G70.0"}, group{atc: []string{"J01M", "J01G", "J01FA"}, members: quinolones.members, except: []string{"S01", "S02"}}, Stop, "empeora la miastenia", label, false},
	{[]string{"H40.0", "H40.2"}, mydriatics, Stop, "puede cerrar el ángulo", label, false},
	{[]string{"H40.2"}, anticholinergic, Warn, "puede cerrar el ángulo", label, false},
	{[]string{"H40"}, eyeCorticoids, Warn, "puede subir la presión del ojo", label, false},
	{[]string{"H40"}, corticoids, Warn, "puede subir la presión del ojo", label, false},
	{[]string{"B00.5", "H19.1"}, eyeCorticoids, Stop, "empeora la queratitis por herpes", label, false},
	{[]string{"E10", "E11", "E13", "E14", "O24"}, corticoids, Warn, "sube la glucosa", label, false},
	{[]string{"I44.1", "I44.2", "I49.5", "R00.1"}, group{atc: betaBlockers.atc, members: betaBlockers.members}, Stop, "puede detener el corazón, también en gotas", label, false},
	{[]string{"I45.8", "I49.8"}, longQT, Stop, "alarga el QT", "CredibleMeds", true},
	{[]string{"K70", "K72", "K74"}, group{atc: []string{"N02BE"}, members: []string{"paracetamol"}}, Warn, "como máximo 2 g al día con el hígado enfermo", label, false},
	{[]string{"K70", "K72", "K74"}, nsaids, Stop, "sangrado y daño renal con cirrosis", label, false},
	{[]string{"A90", "A91", "A97"}, group{atc: nsaids.atc, members: nsaids.members, except: []string{"S01"}}, Stop, "aumenta el sangrado en el dengue; use paracetamol", "MINSA, guía de dengue", false},
	{[]string{"I80", "I82", "I26", "Z86.7"}, contraceptives, Stop, "aumenta las trombosis", "OMS, criterios de elegibilidad", false},
	{[]string{"G43.1"}, contraceptives, Stop, "aumenta el riesgo de infarto cerebral con migraña con aura", "OMS, criterios de elegibilidad", false},
}
