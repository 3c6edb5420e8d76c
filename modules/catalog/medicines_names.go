package catalog

import (
	"slices"
	"strings"

	"hampi/modules/platform/textfold"
)

// alsoCalled are names by which people look for a medicine that is kept under another; no brands. DIGEMID prescribes by
// DCI, so they are searched and never shown or printed.
var alsoCalled = []struct{ dci, names string }{
	{"Ácido acetilsalicílico", "aspirina aas"},
	{"Ácido ascórbico", "vitamina c"},
	{"Ácido valproico", "valproato"},
	{"Bencilpenicilina benzatina", "penicilina g benzatínica"},
	{"Bencilpenicilina procaínica", "penicilina g"},
	{"Bencilpenicilina sódica", "penicilina g"},
	{"Bromuro de ipratropio", "ipratropio"},
	{"Cianocobalamina", "vitamina b12"},
	{"Cloruro de sodio", "suero fisiológico salino"},
	{"Clorfenamina", "clorfeniramina"},
	{"Colecalciferol", "vitamina d3"},
	{"Dextrosa", "glucosa suero"},
	{"Dispositivo intrauterino T de cobre 380A", "diu"},
	{"Epinefrina", "adrenalina"},
	{"Escopolamina butilbromuro", "hioscina"},
	{"Fenoximetilpenicilina", "penicilina v"},
	{"Fitomenadiona", "vitamina k"},
	{"Hierro polimaltosado", "fierro"},
	{"Hidróxido de aluminio + hidróxido de magnesio", "antiácido"},
	{"Litio carbonato", "carbonato de litio"},
	{"Metamizol sódico", "dipirona"},
	{"Norepinefrina", "noradrenalina"},
	{"Paracetamol", "acetaminofén"},
	{"Peróxido de hidrógeno", "agua oxigenada"},
	{"Petidina", "meperidina"},
	{"Piridoxina", "vitamina b6"},
	{"Retinol", "vitamina a"},
	{"Salbutamol", "albuterol"},
	{"Sales de rehidratación oral", "suero sro"},
	{"Simeticona", "dimeticona"},
	{"Sulfametoxazol + trimetoprima", "cotrimoxazol tmp smx"},
	{"Sulfato ferroso", "fierro hierro"},
	{"Tetracaína", "ametocaína"},
	{"Tiamazol", "metimazol"},
	{"Tiamina", "vitamina b1"},
	{"Vacuna antitetánica y antidiftérica (dT)", "tétanos difteria"},
	{"Vacuna contra el virus del papiloma humano", "vph"},
}

// otherNames are the folded words by which a medicine is also looked for.
func otherNames(dci string) []string {
	i := slices.IndexFunc(alsoCalled, func(a struct{ dci, names string }) bool { return strings.EqualFold(a.dci, dci) })
	if i < 0 {
		return nil
	}
	return textfold.Words(alsoCalled[i].names)
}
