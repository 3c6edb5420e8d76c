package prescribing

const (
	month = 30
	year  = 365
)

// ageRule speaks of somebody younger than so many days.
type ageRule struct {
	group    group
	below    int
	words    string // "menor de 8 años"
	severity Severity
	why      string
	source   string
	unsure   bool
}

var ageTable = []ageRule{
	{systemicTetracyclin, 8 * year, "menor de 8 años", Stop, "mancha los dientes y afecta el hueso antes de los 8 años", label, false},
	{aspirin, 16 * year, "menor de 16 años", Stop, "se asocia al síndrome de Reye antes de los 16 años", label, false},
	{salicylates, 16 * year, "menor de 16 años", Warn, "es un salicilato: riesgo de síndrome de Reye antes de los 16 años", label, false},
	{codeines, 12 * year, "menor de 12 años", Stop, "puede deprimir la respiración antes de los 12 años", "FDA 2017", false},
	{tramadols, 12 * year, "menor de 12 años", Stop, "puede deprimir la respiración antes de los 12 años", "FDA 2017", false},
	{codeines, 18 * year, "menor de 18 años", Warn, "no se usa tras amigdalectomía ni con obesidad o apnea antes de los 18 años", "FDA 2017", false},
	{tramadols, 18 * year, "menor de 18 años", Warn, "no se usa tras amigdalectomía ni con obesidad o apnea antes de los 18 años", "FDA 2017", false},
	{systemicQuinolones, 18 * year, "menor de 18 años", Warn, "puede dañar el cartílago; solo si no hay otra opción antes de los 18 años", label, false},
	{group{atc: []string{"A03FA01"}, members: []string{"metoclopramida"}}, 1 * year, "menor de 1 año", Stop, "está contraindicada antes del año", "EMA 2013", false},
	{group{atc: []string{"A03FA01"}, members: []string{"metoclopramida"}}, 18 * year, "menor de 18 años", Warn, "causa movimientos involuntarios en niños; solo como segunda opción", "EMA 2013", false},
	{group{atc: []string{"M01AE01"}, members: []string{"ibuprofeno"}}, 3 * month, "menor de 3 meses", Stop, "no se usa antes de los 3 meses", label, false},
	{group{atc: []string{"M01AB05"}, members: []string{"diclofenaco"}, except: []string{"M02", "S01"}}, 1 * year, "menor de 1 año", Stop, "no se usa antes del año", label, false},
	{group{atc: []string{"M01AE02"}, members: []string{"naproxeno"}}, 2 * year, "menor de 2 años", Warn, "no se recomienda antes de los 2 años", label, false},
	{group{atc: []string{"M01AB15"}, members: []string{"ketorolaco"}, except: []string{"S01"}}, 16 * year, "menor de 16 años", Warn, "no se recomienda antes de los 16 años", label, false},
	{group{atc: []string{"M01AH", "M01AC06"}, members: []string{"celecoxib", "etoricoxib", "meloxicam"}}, 16 * year, "menor de 16 años", Warn, "no se recomienda antes de los 16 años", label, false},
	{metamizole, 3 * month, "menor de 3 meses", Stop, "no se usa antes de los 3 meses", label, false},
	{group{atc: []string{"A07DA03"}, members: []string{"loperamida"}}, 2 * year, "menor de 2 años", Stop, "está contraindicada antes de los 2 años", label, false},
	{group{atc: []string{"A07DA03"}, members: []string{"loperamida"}}, 12 * year, "menor de 12 años", Warn, "no se recomienda en la diarrea del niño", "OMS", false},
	{group{atc: []string{"J01DD04"}, members: []string{"ceftriaxona"}}, 28, "recién nacido", Stop, "desplaza la bilirrubina y precipita con calcio en el recién nacido", label, false},
	{cotrimoxazole, 2 * month, "menor de 2 meses", Stop, "puede causar ictericia grave antes de los 2 meses", label, false},
	{group{atc: []string{"J01XE01"}, members: []string{"nitrofurantoina"}}, 1 * month, "menor de 1 mes", Stop, "puede causar hemólisis en el primer mes", label, false},
	{group{atc: []string{"J01BA"}}, 28, "recién nacido", Stop, "puede causar síndrome gris en el recién nacido", label, false},
	{firstAntihistam, 2 * year, "menor de 2 años", Stop, "puede deprimir la respiración antes de los 2 años", "FDA", true},
	{group{atc: []string{"R05DA09", "R05C"}, members: []string{"dextrometorfano", "ambroxol", "guaifenesina", "acetilcisteina"}}, 2 * year, "menor de 2 años", Stop, "no se usa para la tos antes de los 2 años", "FDA 2008; EMA", true},
	{group{atc: []string{"R05DA09"}, members: []string{"dextrometorfano"}}, 6 * year, "menor de 6 años", Warn, "no se recomienda para la tos antes de los 6 años", "OMS", false},
	{group{atc: []string{"N01BA05"}, members: []string{"benzocaina"}}, 2 * year, "menor de 2 años", Stop, "puede causar metahemoglobinemia antes de los 2 años", "FDA 2018", false},
	{group{atc: []string{"N01BB04", "N01BB54"}, members: []string{"prilocaina"}}, 6 * month, "menor de 6 meses", Stop, "puede causar metahemoglobinemia antes de los 6 meses", label, false},
	{group{atc: []string{"N01BB58"}, members: []string{"articaina"}}, 4 * year, "menor de 4 años", Warn, "no se recomienda antes de los 4 años", label, false},
	{group{atc: []string{"R01AA", "S01GA01"}, members: []string{"oximetazolina", "nafazolina"}}, 6 * year, "menor de 6 años", Warn, "puede deprimir a un niño menor de 6 años", label, false},
	{group{atc: []string{"S01EA05"}, members: []string{"brimonidina"}}, 2 * year, "menor de 2 años", Stop, "puede causar apnea antes de los 2 años", label, false},
	{group{atc: []string{"D10BA"}, members: []string{"isotretinoina"}}, 12 * year, "menor de 12 años", Stop, "no se usa antes de los 12 años", label, false},
	{group{atc: []string{"P02CA"}, members: []string{"albendazol", "mebendazol"}}, 1 * year, "menor de 1 año", Warn, "no se usa antes del año salvo indicación expresa", "OMS", false},
	{group{atc: []string{"P02CF01"}, members: []string{"ivermectina"}}, 5 * year, "menor de 5 años", Warn, "no se usa con menos de 15 kg", label, false},
	{group{atc: []string{"A03BB01"}, members: []string{"escopolamina"}}, 6 * year, "menor de 6 años", Warn, "no se recomienda antes de los 6 años", label, true},
	{group{atc: []string{"J07BB"}}, 6 * month, "menor de 6 meses", Stop, "no se aplica antes de los 6 meses", label, false},
}

// elderTable is what the Beers criteria ask to avoid from 65 years on.
var elderTable = []struct {
	group group
	why   string
}{
	{benzodiazepines, "aumenta caídas y confusión en el adulto mayor"},
	{hypnotics, "aumenta caídas y confusión en el adulto mayor"},
	{firstAntihistam, "es anticolinérgico: confusión y retención en el adulto mayor"},
	{tricyclics, "es anticolinérgico: confusión y retención en el adulto mayor"},
	{group{atc: []string{"M03B"}, members: []string{"ciclobenzaprina", "orfenadrina", "tizanidina"}}, "relaja poco y seda mucho al adulto mayor"},
	{group{atc: []string{"A10BB01"}, members: []string{"glibenclamida"}}, "causa hipoglucemia prolongada en el adulto mayor"},
	{group{atc: []string{"M01AB15", "M01AB01"}, members: []string{"ketorolaco", "indometacina"}, except: []string{"S01"}}, "sangra y daña el riñón en el adulto mayor"},
	{group{atc: []string{"A03FA01"}, members: []string{"metoclopramida"}}, "causa parkinsonismo en el adulto mayor"},
}

// controlledTable: DS 023-2001-SA. An ordinary prescription is not printed for these. Which list each stands in, and
// which of them are dispensed with a retained ordinary prescription, is the regulator's and has to be confirmed: where
// it is so, change the row's severity to Stop.
var controlledTable = []struct {
	group    group
	severity Severity
	why      string
	source   string
	unsure   bool
}{
	{strongOpioids, Block, "se prescribe en el recetario especial numerado, no en esta receta", "DS 023-2001-SA", false},
	{group{atc: []string{"N06BA"}, members: []string{"metilfenidato"}}, Block, "se prescribe en el recetario especial numerado, no en esta receta", "DS 023-2001-SA", false},
	{group{atc: []string{"N01AX03"}, members: []string{"ketamina"}}, Block, "no se prescribe en una receta común", "DS 023-2001-SA", true},
	{group{atc: []string{"N03AA"}, members: []string{"fenobarbital"}}, Block, "no se prescribe en una receta común", "DS 023-2001-SA", true},
	{benzodiazepines, Block, "la farmacia retiene la receta; no se prescribe en una receta común", "DS 023-2001-SA", true},
	{hypnotics, Block, "la farmacia retiene la receta; no se prescribe en una receta común", "DS 023-2001-SA", true},
}
