package prescribing

// The groups that several tables speak of. An ATC code is enough for what comes from the catalogue; the names catch
// what is written freely.
var (
	penicillins = group{atc: []string{"J01C"}, members: []string{
		"penicilina", "bencilpenicilina", "fenoximetilpenicilina", "amoxicilina", "ampicilina", "dicloxacilina", "oxacilina", "piperacilina", "sultamicilina"}}
	cephalosporins = group{atc: []string{"J01DB", "J01DC", "J01DD", "J01DE"}, members: []string{
		"cefalosporina", "cefalexina", "cefadroxilo", "cefazolina", "cefuroxima", "cefaclor", "cefixima", "ceftriaxona", "cefotaxima", "ceftazidima", "cefepima", "cefpodoxima"}}
	carbapenems = group{atc: []string{"J01DH"}, members: []string{"imipenem", "meropenem", "ertapenem"}}
	// With aspirin in doses for pain; the low dose that protects the heart and the placenta is a group of its own.
	nsaids = group{atc: []string{"M01A", "N02BA"}, except: []string{"B01AC06", "M01AX05", "S01", "M02"}, members: []string{
		"acido acetilsalicilico", "ibuprofeno", "naproxeno", "diclofenaco", "aceclofenaco", "ketorolaco", "ketoprofeno", "dexketoprofeno", "indometacina", "meloxicam",
		"piroxicam", "celecoxib", "etoricoxib", "nimesulida", "clonixinato"}}
	coxibs      = group{atc: []string{"M01AH"}, members: []string{"celecoxib", "etoricoxib"}}
	lowAspirin  = group{atc: []string{"B01AC06"}}
	aspirin     = group{atc: []string{"B01AC06", "N02BA"}, members: []string{"acido acetilsalicilico", "aspirina"}}
	salicylates = group{atc: []string{"A07BB", "D01AE12"}, members: []string{"subsalicilato bismuto", "acido salicilico"}}
	localNsaids = group{atc: []string{"M02AA", "S01BC"}}
	metamizole  = group{atc: []string{"N02BB"}, members: []string{"metamizol", "dipirona"}}
	sulfas      = group{atc: []string{"J01E", "D06BA", "S01AB"}, members: []string{"sulfametoxazol", "sulfadiazina", "sulfasalazina", "sulfacetamida"}}
	macrolides  = group{atc: []string{"J01FA", "S01AA17"}, members: []string{"azitromicina", "claritromicina", "eritromicina", "espiramicina"}}
	// Taken; azithromycin changes little of what other medicines do.
	systemicMacrolides = group{atc: []string{"J01FA"}, members: macrolides.members, except: []string{"S01"}}
	strongMacrolides   = group{atc: []string{"J01FA01", "J01FA09"}, members: []string{"claritromicina", "eritromicina"}, except: []string{"S01"}}
	lincosamide        = group{atc: []string{"J01FF", "G01AA10", "D10AF01"}, members: []string{"clindamicina", "lincomicina"}}
	quinolones         = group{atc: []string{"J01M", "S01AE", "S02AA15"}, members: []string{"ciprofloxacino", "levofloxacino", "moxifloxacino", "norfloxacino", "ofloxacino"}}
	// Taken, not dropped into eye or ear.
	systemicQuinolones  = group{atc: []string{"J01M"}, members: quinolones.members, except: []string{"S01", "S02"}}
	tetracyclines       = group{atc: []string{"J01AA", "S01AA04"}, members: []string{"tetraciclina", "doxiciclina", "minociclina", "oxitetraciclina"}}
	systemicTetracyclin = group{atc: []string{"J01AA"}, members: tetracyclines.members, except: []string{"S01", "D06"}}
	aminoglycosides     = group{atc: []string{"J01G", "S01AA11", "S01AA12", "D06AX07"}, members: []string{"gentamicina", "amikacina", "tobramicina", "neomicina", "estreptomicina"}}
	systemicAminoglyc   = group{atc: []string{"J01G"}}
	amideAnaesthetics   = group{atc: []string{"N01BB"}, members: []string{"lidocaina", "mepivacaina", "bupivacaina", "articaina", "prilocaina"}}
	esterAnaesthetics   = group{atc: []string{"N01BA", "S01HA"}, members: []string{"benzocaina", "tetracaina", "procaina", "proparacaina", "proximetacaina"}}
	vasoconstrictors    = group{atc: []string{"N01BB5"}, except: []string{"N01BB54"}, members: nil} // felypressin is none of them
	opioids             = group{atc: []string{"N02A", "N01AH", "R05DA04"}, members: []string{"codeina", "morfina", "tramadol", "petidina", "fentanilo", "oxicodona", "metadona", "buprenorfina"}}
	strongOpioids       = group{atc: []string{"N02AA", "N02AB", "N02AJ06", "N01AH", "R05DA04"}, members: []string{"codeina", "morfina", "petidina", "fentanilo", "oxicodona", "metadona", "buprenorfina"}}
	tramadols           = group{atc: []string{"N02AX02", "N02AJ13"}, members: []string{"tramadol"}}
	codeines            = group{atc: []string{"N02AJ06", "R05DA04"}, members: []string{"codeina"}}
	benzodiazepines     = group{atc: []string{"N05BA", "N05CD", "N03AE01"}, members: []string{"alprazolam", "clonazepam", "diazepam", "lorazepam", "midazolam", "bromazepam"}}
	hypnotics           = group{atc: []string{"N05CF"}, members: []string{"zolpidem"}}
	aceInhibitors       = group{atc: []string{"C09A", "C09B"}, members: []string{"enalapril", "captopril", "lisinopril", "ramipril", "perindopril"}}
	sartans             = group{atc: []string{"C09C", "C09D"}, members: []string{"losartan", "valsartan", "irbesartan", "telmisartan", "candesartan", "olmesartan"}}
	statins             = group{atc: []string{"C10AA"}, members: []string{"atorvastatina", "rosuvastatina", "simvastatina", "pravastatina"}}
	warfarins           = group{atc: []string{"B01AA"}, members: []string{"warfarina", "acenocumarol"}}
	directAnticoagulant = group{atc: []string{"B01AF", "B01AE"}, members: []string{"rivaroxaban", "apixaban", "dabigatran"}}
	heparins            = group{atc: []string{"B01AB"}, members: []string{"heparina", "enoxaparina"}}
	ssri                = group{atc: []string{"N06AB", "N06AX16"}, members: []string{"fluoxetina", "sertralina", "escitalopram", "citalopram", "paroxetina", "venlafaxina"}}
	tricyclics          = group{atc: []string{"N06AA"}, members: []string{"amitriptilina", "imipramina", "clomipramina"}}
	betaBlockers        = group{atc: []string{"C07", "S01ED"}, members: []string{"propranolol", "atenolol", "bisoprolol", "carvedilol", "labetalol", "timolol", "betaxolol"}}
	unselectiveBeta     = group{atc: []string{"C07AA", "C07AG", "S01ED01", "S01ED51"}, members: []string{"propranolol", "carvedilol", "labetalol", "timolol"}}
	corticoids          = group{atc: []string{"H02AB"}, except: []string{"A01", "D", "R", "S"}, members: []string{
		"prednisona", "prednisolona", "dexametasona", "betametasona", "hidrocortisona", "metilprednisolona"}}
	eyeCorticoids    = group{atc: []string{"S01BA", "S01CA"}}
	nitrates         = group{atc: []string{"C01DA"}, members: []string{"isosorbida", "nitroglicerina"}}
	pde5             = group{atc: []string{"G04BE"}, members: []string{"sildenafilo", "tadalafilo"}}
	azoles           = group{atc: []string{"J02A"}, members: []string{"fluconazol", "itraconazol", "ketoconazol"}, except: []string{"D01"}}
	nitroimidazoles  = group{atc: []string{"P01AB", "J01XD", "G01AF01", "G01AF20"}, members: []string{"metronidazol", "tinidazol", "secnidazol", "ornidazol"}}
	metronidazoles   = group{atc: []string{"P01AB", "J01XD01"}, members: []string{"metronidazol", "tinidazol", "secnidazol"}, except: []string{"G01"}}
	methotrexates    = group{atc: []string{"L04AX03", "L01BA01"}, members: []string{"metotrexato"}}
	cotrimoxazole    = group{atc: []string{"J01EE"}, members: []string{"sulfametoxazol", "cotrimoxazol"}}
	potassium        = group{atc: []string{"B05XA01", "A12B"}, members: []string{"cloruro potasio"}}
	potassiumSparing = group{atc: []string{"C03DA"}, members: []string{"espironolactona"}}
	diuretics        = group{atc: []string{"C03A", "C03C", "C09DA"}, members: []string{"hidroclorotiazida", "furosemida"}}
	lithium          = group{atc: []string{"N05AN"}, members: []string{"litio"}}
	enzymeInducers   = group{atc: []string{"N03AF", "N03AB", "N03AA", "J04AB02"}, members: []string{"carbamazepina", "fenitoina", "fenobarbital", "rifampicina"}}
	contraceptives   = group{atc: []string{"G03AA", "G03AB", "G03AC", "G03FA"}, members: []string{"etinilestradiol"}, except: []string{"G03AC06"}}
	digoxins         = group{atc: []string{"C01AA"}, members: []string{"digoxina"}}
	verapamils       = group{atc: []string{"C08D"}, members: []string{"verapamilo", "diltiazem"}}
	sulfonylureas    = group{atc: []string{"A10BB"}, members: []string{"glibenclamida", "gliclazida", "glimepirida"}}
	metformins       = group{atc: []string{"A10BA", "A10BD"}, members: []string{"metformina"}}
	longQT           = group{atc: []string{"J01FA", "J01MA12", "J01MA14", "J02AC01", "A04AA01", "A03FA03", "C01BD01", "P01BA", "N05AD01", "N06AB10"}, members: []string{
		"azitromicina", "claritromicina", "eritromicina", "levofloxacino", "moxifloxacino", "fluconazol", "ondansetron", "domperidona", "amiodarona", "cloroquina",
		"hidroxicloroquina", "haloperidol", "escitalopram"}, except: []string{"S01", "D10", "G01", "D01"}}
	mydriatics      = group{atc: []string{"S01FA"}, members: []string{"atropina", "ciclopentolato", "tropicamida"}}
	anticholinergic = group{atc: []string{"N06AA", "R06AA", "R06AB", "N05BB", "A03B", "N04AA", "G04BD", "M03BC"}}
	firstAntihistam = group{atc: []string{"R06AA", "R06AB", "N05BB01"}, members: []string{"clorfenamina", "difenhidramina", "dimenhidrinato", "hidroxizina"}}
)
