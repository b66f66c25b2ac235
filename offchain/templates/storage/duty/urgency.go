package duty

import (
	"context"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// mostPrice is what a post pays at the end of its window, in percent of the usual price of gas.
const mostPrice = 400

// postDuty posts what is due in a window. In its second half it pays more from span to span, as others may pay more, too.
func (d *Duties) postDuty(ctx context.Context, p work.Post, duty work.Duty, height int64) error {
	span := spanOf(duty.Until - duty.From)
	p.Price = priceAt(duty, height/span*span)
	return d.sent.post(ctx, p, height, span, duty.Until-1)
}

// priceAt returns what a post for a duty pays at a height, in percent; 0 = as usual.
func priceAt(duty work.Duty, height int64) int {
	half := halfOf(duty)
	if height <= half || duty.Until <= half {
		return 0
	}
	return 100 + int((mostPrice-100)*(min(height, duty.Until)-half)/(duty.Until-half))
}

// halfOf returns the height at which half of the time for a duty is over.
func halfOf(duty work.Duty) int64 { return duty.From + (duty.Until-duty.From)/2 }

// task is a claim or proof of an epoch.
type task struct {
	kind  work.DutyKind
	epoch uint64
}

// alarm says once of each claim and proof that half of its time is over and it is not on chain, whatever the reason.
func (d *Duties) alarm(height int64) {
	late := map[task]bool{}
	for _, duty := range d.list {
		if duty.Kind != work.DutyClaim && duty.Kind != work.DutyProof || duty.Until == 0 || height < halfOf(duty) {
			continue
		}
		if ofPresence(duty) && !d.present[duty.Epoch] {
			continue // there is nothing to claim
		}
		t := task{duty.Kind, duty.Epoch}
		if late[t] = true; !d.late[t] {
			d.deps.Log.Warn("half of the time for this is over, and it is not on chain",
				"duty", duty.Kind, "epoch", duty.Epoch, "height", height, "until", duty.Until, "at_stake", duty.AtStake)
		}
	}
	d.late = late
}
