package mutants

// channelMutants are the rules by which channels pay.
func channelMutants() map[string]mutant {
	return map[string]mutant{
		"money_back_at_once": {
			rule:  "what is left of a channel comes back after the notice and not before",
			edits: []edit{{"x/tasks/keeper/channel.go", "ends := height + int64(network.Params.Pay.NoticeBlocks)", "ends := height"}},
			gains: "early_closer",
		},
		"vouchers_for_ever": {
			rule: "vouchers of a channel that has expired are not redeemed, although the chain had no time to close it",
			edits: []edit{{
				"x/tasks/keeper/voucher.go", "height := sdk.UnwrapSDKContext(ctx).BlockHeight(); c.IsExpired(height) {",
				"height := sdk.UnwrapSDKContext(ctx).BlockHeight(); c.IsExpired(height - 1) {",
			}},
			gains: "voucher_cheat",
		},
		"above_the_deposit": {
			rule:  "a channel pays no more than is in it",
			edits: []edit{{"x/tasks/types/channel.go", "	case v.Amount.GT(c.Deposit):", "	case false:"}},
			gains: "voucher_cheat",
		},
		"redeemed_before": {
			rule: "a voucher pays what those before it have not",
			edits: []edit{
				{"x/tasks/types/channel.go", "	case v.Amount.LTE(c.Redeemed):", "	case false:"},
				{"x/tasks/types/channel.go", "	gross := v.Amount.Sub(c.Redeemed)", "	gross := v.Amount"},
			},
			gains: "voucher_cheat",
		},
		"paid_whole_again": {
			rule:  "a later voucher pays what those before it have not",
			edits: []edit{{"x/tasks/types/channel.go", "	gross := v.Amount.Sub(c.Redeemed)", "	gross := v.Amount"}},
			gains: "voucher_cheat",
		},
		"any_voucher": {
			rule:  "the channel's key has signed the voucher, for this chain and this network",
			edits: []edit{{"x/tasks/keeper/voucher.go", "v.Signature); err != nil {", "v.Signature); err != nil && false {"}},
			gains: "voucher_cheat",
		},
		"any_network": {
			rule:  "a voucher was signed for this network",
			edits: []edit{{"x/tasks/keeper/voucher.go", "Network: c.Network}, v.Signature)", "Network: \"net_00000002\"}, v.Signature)"}},
			gains: "voucher_cheat",
		},
		"counts_that_order": {
			rule:  "the amount alone says which voucher is the later one",
			edits: []edit{{"x/tasks/types/channel.go", "	case v.Count == 0:", "	case v.Count <= c.Count:"}},
			gains: "count_jumper",
		},
		"paid_in_a_closed_epoch": {
			rule:  "nothing is paid while a network has no open epoch",
			edits: []edit{{"x/tasks/keeper/fee.go", "	if err == nil && e.Close != cal.RollsAt {", "	if err == nil && e.Close == 0 {"}},
			gains: "sleeper",
		},
		"use_without_burn": {
			rule:  "what vouchers pay is burnt in part, as every fee is",
			edits: []edit{{"x/tasks/keeper/voucher.go", "settleFee(ctx, network, n, types.FeeVoucher, gross, network.Params.Pay.BurnBps)", "settleFee(ctx, network, n, types.FeeVoucher, gross, 0)"}},
			gains: "channel_self_payer_loses_money",
			seen:  "at best",
		},
		"burnt_and_rounded_down": {
			rule:  "of the smallest payment something is burnt",
			edits: []edit{{"x/tasks/keeper/fee.go", "burnt := types.Share(gross, burnBps)", "burnt := gross.MulRaw(int64(burnBps)).QuoRaw(10_000)"}},
			gains: "dust_vouchers",
		},
	}
}
