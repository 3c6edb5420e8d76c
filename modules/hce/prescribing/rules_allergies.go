package prescribing

// allergyRule says what an allergy means for other medicines. It speaks when what is noted names one of the words or
// one of the medicines of never.
type allergyRule struct {
	words   []string // as people say it, folded; the medicines of never are words too
	never   group    // stops
	class   string   // what a medicine of never is: "una penicilina"
	careful []group  // warns, and stops when the reaction was severe
	why     string   // of careful
	source  string
	unsure  bool
}

const (
	textbook = "conocimiento general, por confirmar con el químico farmacéutico"
	label    = "ficha técnica"
)

// allergyTable: cross-reactions as the labels and the allergy societies describe them. A row is a starting point: what
// a patient tolerated since is for the prescriber to say, in the reason.
var allergyTable = []allergyRule{
	{words: []string{"penicilinico", "penicilinas", "betalactamico", "benzetacil", "bencetazil", "acido clavulanico"}, never: penicillins, class: "una penicilina",
		careful: []group{cephalosporins, carbapenems}, why: "puede cruzar con las penicilinas", source: label},
	{words: []string{"cefalosporinas"}, never: cephalosporins, class: "una cefalosporina",
		careful: []group{penicillins, carbapenems}, why: "puede cruzar con las cefalosporinas", source: label},
	{words: []string{"carbapenem"}, never: carbapenems, class: "un carbapenem", careful: []group{penicillins, cephalosporins}, why: "puede cruzar con los carbapenems", source: label},
	{words: []string{"aine", "aines", "antiinflamatorio", "aspirina", "aas", "salicilatos"},
		never:   group{atc: append([]string{"B01AC06"}, nsaids.atc...), members: nsaids.members, except: []string{"M01AH", "S01", "M02"}},
		class:   "un antiinflamatorio (AINE)",
		careful: []group{coxibs, localNsaids, salicylates, metamizole}, why: "puede cruzar con los AINE", source: label},
	{words: []string{"sulfa", "sulfas", "sulfamida", "sulfonamida", "cotrimoxazol", "bactrim"}, never: sulfas, class: "una sulfa",
		careful: []group{{atc: []string{"S01EC", "S01ED51"}, members: []string{"acetazolamida", "dorzolamida", "brinzolamida"}}, {atc: []string{"M01AH01"}, members: []string{"celecoxib"}}},
		why:     "es una sulfonamida; el cruce es raro", source: label, unsure: true},
	{words: []string{"macrolido"}, never: macrolides, class: "un macrólido", source: textbook},
	{words: []string{"lincosamida"}, never: lincosamide, class: "una lincosamida", source: label},
	{words: []string{"quinolona", "fluoroquinolona"}, never: group{atc: append([]string{"S02CA"}, quinolones.atc...), members: quinolones.members, except: []string{"S02CA03"}}, class: "una quinolona", source: label},
	{words: []string{"tetraciclinas"}, never: tetracyclines, class: "una tetraciclina", source: label},
	{words: []string{"aminoglucosido"}, never: aminoglycosides, class: "un aminoglucósido", source: label},
	{words: []string{"anestesia local", "anestesico local", "anestesia dental", "anestesicos locales", "xilocaina", "carticaina"}, never: amideAnaesthetics, class: "un anestésico local del grupo amida",
		careful: []group{esterAnaesthetics}, why: "es un anestésico local de otro grupo (éster)", source: textbook},
	{words: []string{"anestesia local", "anestesico local", "anestesia dental", "anestesicos locales", "novocaina", "paba"},
		never: group{atc: append([]string{"J01CE09"}, esterAnaesthetics.atc...), members: esterAnaesthetics.members}, class: "un anestésico local del grupo éster", source: textbook},
	{words: []string{"sulfito", "metabisulfito"}, never: vasoconstrictors, class: "un anestésico con vasoconstrictor, que lleva sulfito", source: label},
	{words: []string{"opioide", "opiaceo"}, never: opioids, class: "un opioide", source: textbook},
	{words: []string{"yodo", "iodo", "yodado"}, never: group{atc: []string{"D08AG", "A01AB"}, members: []string{"povidona yodada"}, except: []string{"A01AB03", "A01AB09"}}, class: "un yodado", source: textbook},
	{words: []string{"pirazolona"}, never: metamizole, class: "una pirazolona", careful: []group{nsaids}, why: "puede cruzar con el metamizol", source: label, unsure: true},
	{words: []string{"acetaminofen"}, never: group{atc: []string{"N02BE01", "N02BE51", "N02AJ06", "N02AJ13"}, members: []string{"paracetamol"}}, class: "paracetamol", source: label},
	{words: []string{"estatina"}, never: statins, class: "una estatina", source: label},
	{words: []string{"ieca", "iecas"}, never: aceInhibitors, class: "un inhibidor de la ECA", careful: []group{sartans}, why: "un ARA II tras angioedema por IECA pide cuidado", source: label},
	{words: []string{"ara ii", "sartan"}, never: sartans, class: "un ARA II", source: label},
	{words: []string{"nitroimidazol"}, never: nitroimidazoles, class: "un nitroimidazol", source: label},
	{words: []string{"azol"}, never: group{atc: []string{"J02A", "D01AC", "G01AF02"}, members: append([]string{"clotrimazol", "miconazol"}, azoles.members...)}, class: "un azol", source: textbook},
	{words: []string{"anticonvulsivante", "antiepileptico"}, never: group{atc: []string{"N03AA", "N03AB", "N03AF"}, members: []string{"fenitoina", "carbamazepina", "fenobarbital"}},
		class: "un anticonvulsivante aromático", careful: []group{{atc: []string{"N03AX09"}, members: []string{"lamotrigina"}}}, why: "puede cruzar con los anticonvulsivantes aromáticos", source: label},
	{words: []string{"corticoide", "cortisona"}, never: group{atc: []string{"H02AB", "D07A", "S01BA", "A01AC"}}, class: "un corticoide", source: textbook, unsure: true},
	{words: []string{"heparinas"}, never: heparins, class: "una heparina", source: label},
	{words: []string{"benzodiacepina", "benzodiazepina"}, never: benzodiazepines, class: "una benzodiacepina", source: textbook},
	{words: []string{"huevo"}, never: group{}, careful: []group{{atc: []string{"J07BB"}}, {atc: []string{"N01AX10"}}}, why: "puede llevar proteínas del huevo", source: label, unsure: true},
	{words: []string{"vitamina b", "complejo b"}, never: group{atc: []string{"A11D"}, members: []string{"tiamina"}}, class: "una vitamina B1", source: label},
}
