package hce

import (
	"context"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
)

// The sections of a patient's page that the record draws.
const (
	historyTab     = "historia"
	medicinesTab   = "recetas"
	resultsTab     = "resultados"
	assignmentsTab = "profesionales"
	triageTab      = "triaje"
)

// Tabs are the sections of a patient's page that the record draws, for who reads records. Whose they are is asked when
// one opens: another professional's patient is opened by the emergency door.
func Tabs() []patients.Tab {
	return []patients.Tab{
		{Path: historyTab, Label: "Historia clínica", Order: 100, For: reads},
		{Path: medicinesTab, Label: "Recetas", Order: 250, For: reads},
		{Path: resultsTab, Label: "Resultados", Order: 300, For: reads},
		{Path: assignmentsTab, Label: "Profesionales", Order: 900, For: assigns},
	}
}

// DeviceTabs are those of a device, which draws the history and what was prescribed.
func DeviceTabs() []patients.Tab {
	tabs := Tabs()[:3]
	tabs[2].Away = true
	return tabs
}

func reads(ctx context.Context, _ patients.Patient) bool {
	return access.Who(ctx).Can(accounts.HCERead)
}

func assigns(ctx context.Context, _ patients.Patient) bool {
	return access.Who(ctx).Can(accounts.HCEEmergencies)
}

// TriageTabs is the section in which an assistant takes what the professional will find, of who arrived today at their
// site. Professionals have it in their attention. record is asked once somebody looks.
func TriageTabs(record func() *Service) []patients.Tab {
	arrived := func(ctx context.Context, p patients.Patient) bool {
		if access.Who(ctx).Can(accounts.HCERead) {
			return false
		}
		arrived, err := record().Arrived(ctx, p.ID)
		return err == nil && arrived
	}
	return []patients.Tab{{Path: triageTab, Label: "Triaje", Order: 100, For: arrived}}
}
