package keeper

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// OpenIn implements the obligations of x/network: what is claimed and proven of a network's last epoch is still to be paid. Earlier
// epochs are over when it is. It is asked about networks that are dormant, whose last epoch has closed.
func (k *Keeper) OpenIn(ctx context.Context, seq uint64) (string, error) {
	cal, err := k.deps.Networks.Calendar(ctx, seq)
	if err != nil || cal.Epoch == 0 {
		return "", err
	}
	over, err := k.proofsAreOver(ctx, seq, cal.Epoch, sdk.UnwrapSDKContext(ctx).BlockHeight())
	if err != nil || over {
		return "", err
	}
	return fmt.Sprintf("epoch %d can still be claimed or proven", cal.Epoch), nil
}
