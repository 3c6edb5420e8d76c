//go:build !js

package agenda

import "hampi/modules/accounts"

var _ accounts.OnboardingStep = FirstHours{}
