package prescribing

// doseRule is how much of an ingredient a day, and at once; empty: not told. Of a combination the weight of the
// ingredient that the row names is taken.
type doseRule struct {
	group      group
	of         string // the ingredient that is told of, when it is not the group's own
	leastADay  string // mg per kg
	mostADay   string // mg per kg
	mostAtOnce string // mg per kg
	mostAdult  string // mg a day, for everybody
	source     string
	unsure     bool
}

// doseTable: paediatric doses by mouth of what is most prescribed (WHO, labels; general knowledge where unsure). The
// most for adults holds for children too. The range covers all usual indications: only what lies outside of each of
// them is found.
var doseTable = []doseRule{
	{group: group{atc: []string{"J01CA04", "J01CR02"}, members: []string{"amoxicilina"}}, leastADay: "20", mostADay: "100", mostAdult: "4000", source: "OMS; " + label},
	{group: group{atc: []string{"N02BE01"}, members: []string{"paracetamol"}}, leastADay: "", mostADay: "75", mostAtOnce: "15", mostAdult: "4000", source: label},
	{group: group{atc: []string{"M01AE01"}, members: []string{"ibuprofeno"}}, mostADay: "40", mostAtOnce: "10", mostAdult: "2400", source: label},
	{group: group{atc: []string{"J01FA10"}, members: []string{"azitromicina"}}, leastADay: "5", mostADay: "20", mostAdult: "1000", source: label},
	{group: group{atc: []string{"J01FA09"}, members: []string{"claritromicina"}}, leastADay: "7.5", mostADay: "15", mostAdult: "1000", source: label},
	{group: group{atc: []string{"J01FA01"}, members: []string{"eritromicina"}}, leastADay: "20", mostADay: "50", mostAdult: "4000", source: label},
	{group: group{atc: []string{"J01DB01"}, members: []string{"cefalexina"}}, leastADay: "25", mostADay: "100", mostAdult: "4000", source: label},
	{group: group{atc: []string{"J01DD08"}, members: []string{"cefixima"}}, leastADay: "6", mostADay: "10", mostAdult: "400", source: label},
	{group: group{atc: []string{"J01DC02"}, members: []string{"cefuroxima"}}, leastADay: "20", mostADay: "40", mostAdult: "1000", source: label, unsure: true},
	{group: group{atc: []string{"J01EE01"}, members: []string{"sulfametoxazol"}}, of: "trimetoprima", leastADay: "5", mostADay: "12", mostAdult: "640", source: label},
	{group: group{atc: []string{"J01FF01"}, members: []string{"clindamicina"}}, leastADay: "8", mostADay: "40", mostAdult: "1800", source: label},
	{group: group{atc: []string{"J01CF01"}, members: []string{"dicloxacilina"}}, leastADay: "12.5", mostADay: "100", mostAdult: "4000", source: label},
	{group: group{atc: []string{"P01AB01"}, members: []string{"metronidazol"}}, leastADay: "10", mostADay: "50", mostAdult: "2250", source: label},
	{group: group{atc: []string{"H02AB06", "H02AB07"}, members: []string{"prednisona", "prednisolona"}}, mostADay: "2", mostAdult: "80", source: label, unsure: true},
	{group: group{atc: []string{"N02BB02"}, members: []string{"metamizol"}}, mostADay: "60", mostAtOnce: "20", mostAdult: "4000", source: label},
	{group: group{atc: []string{"M01AE02"}, members: []string{"naproxeno"}}, mostADay: "20", mostAtOnce: "10", mostAdult: "1250", source: label},
	{group: group{atc: []string{"M01AB05"}, members: []string{"diclofenaco"}}, mostADay: "3", mostAdult: "150", source: label},
	{group: group{atc: []string{"R06AE07"}, members: []string{"cetirizina"}}, mostADay: "0.5", mostAdult: "10", source: label},
	{group: group{atc: []string{"R06AB04"}, members: []string{"clorfenamina"}}, mostADay: "0.4", mostAdult: "24", source: label, unsure: true},
	{group: group{atc: []string{"A04AA01"}, members: []string{"ondansetron"}}, mostAtOnce: "0.2", mostAdult: "24", source: label},
	{group: group{atc: []string{"A03FA03"}, members: []string{"domperidona"}}, mostADay: "0.75", mostAtOnce: "0.25", mostAdult: "30", source: "EMA 2014"},
	{group: group{atc: []string{"J05AB01"}, members: []string{"aciclovir"}}, mostADay: "80", mostAtOnce: "20", mostAdult: "4000", source: label},
	{group: group{atc: []string{"J02AC01"}, members: []string{"fluconazol"}}, mostADay: "12", mostAdult: "800", source: label},
	{group: group{atc: []string{"N02AX02"}, members: []string{"tramadol"}}, mostADay: "8", mostAtOnce: "2", mostAdult: "400", source: label},
	{group: group{atc: []string{"M01AB15"}, members: []string{"ketorolaco"}}, mostAdult: "40", source: label},
	{group: group{atc: []string{"M04AC01"}, members: []string{"colchicina"}}, mostAdult: "2", source: label, unsure: true},
}
