package billing

// Step is what to do after an answer.
type Step string

// The steps. The first four end a document's turn in the queue.
const (
	Accept  Step = "accept"  // sent → accepted; a voiding: voiding → voided
	Reject  Step = "reject"  // sent → rejected; a voiding: voiding → accepted
	Correct Step = "correct" // sent → to_correct: a person has to act, and nobody holds the document
	Taken   Step = "taken"   // sent → rejected: another document has the number; a correction takes the next one, and somebody is told
	Poll    Step = "poll"    // held outside, SUNAT decides later: consult after PollAfter
	Consult Step = "consult" // nobody knows: consult now
	Repeat  Step = "repeat"  // nobody holds it: send the very same again now
	Wait    Step = "wait"    // nobody answered, or the account does not hold: the same again after RetryAfter
)

// AfterEmit decides about a document that was handed over.
//
// An earlier attempt is one that may have left before, whatever became of it. Without one, a name that is there already
// is somebody else's (typed at the provider's own page, sent by another program), and nothing is adopted.
func AfterEmit(a Answer, triedBefore bool) Step {
	switch a.Outcome {
	case TakenAndAccepted:
		return Accept
	case TakenAndRejected:
		return Reject
	case TakenAndPending:
		return Poll
	case AlreadyThere:
		if !triedBefore {
			return Taken
		}
		return Consult
	case NotValid, NotThere: // a note may amend what is not there
		return Correct
	case NotReached, NotAuthorised: // nothing is wrong with the document: it goes on when somebody answers, or the account is put right
		return Wait
	}
	return Consult
}

// AfterConsult decides about a document that may be held outside. It is adopted only when it is this one.
func AfterConsult(a Answer, d Document) Step {
	switch {
	case a.taken() && a.Held == nil:
		return Wait // something is held and nobody says what
	case a.taken() && !a.Held.IsOf(d):
		return Taken
	case a.Outcome == TakenAndAccepted:
		return Accept
	case a.Outcome == TakenAndRejected:
		return Reject
	case a.Outcome == TakenAndPending:
		return Poll
	case a.Outcome == NotThere:
		return Repeat
	}
	return Wait // to consult again: the document may be outside, so that nothing else is safe
}

// AfterVoid decides about a voiding that was asked for. What the service refuses it may have been asked before: the
// consultation tells.
func AfterVoid(a Answer) Step {
	switch a.Outcome {
	case TakenAndAccepted:
		return Accept
	case TakenAndRejected:
		return Reject
	case TakenAndPending:
		return Poll
	case NotAuthorised, NotReached:
		return Wait
	}
	return Consult
}

// AfterConsultVoid decides about a voiding that may have been taken; refused says that the service did not want it when
// it was last asked, so that one it does not know will not come about.
func AfterConsultVoid(a Answer, refused bool) Step {
	switch a.Outcome {
	case TakenAndAccepted:
		return Accept
	case TakenAndRejected:
		return Reject
	case TakenAndPending:
		return Poll
	case NotThere:
		if refused {
			return Reject
		}
		return Repeat
	}
	return Wait
}
