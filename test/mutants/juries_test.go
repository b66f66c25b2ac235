package mutants

// juryMutants are the rules of disputes, juries and slashes.
func juryMutants() map[string]mutant {
	return map[string]mutant{
		"wrong_for_nothing": {
			rule:  "a replica that a jury has found wrong pays what it had at stake",
			edits: []edit{{"x/tasks/keeper/task_jury.go", "range o.task.Wrong(result) {", "range o.task.Wrong(result)[:0] {"}},
			gains: "liar_disputed",
			seen:  "the client is made whole",
		},
		"harm_that_stays": {
			rule:  "who disputed a wrong outcome has first of all back what that has cost",
			edits: []edit{{"x/tasks/types/slash.go", "reporter = s.Harm.Add(", "reporter = s.Harm.MulRaw(0).Add("}},
			gains: "liar_disputed",
			seen:  "the client is made whole",
		},
		"all_to_the_reporter": {
			rule:  "of a slash a twentieth is the reporter's, who may be the liar himself",
			edits: []edit{{"x/tasks/types/slash.go", ".QuoRaw(reporterShare))", ".QuoRaw(reporterShare / reporterShare))"}},
			gains: "own_disputer",
			seen:  "what disputing oneself costs",
		},
		"slash_that_is_kept": {
			rule:  "what is left of a slash is burnt when its time is over",
			edits: []edit{{"x/tasks/keeper/slash.go", "	if burnt.IsPositive() {", "	if burnt.IsNegative() {"}},
			gains: "liar_disputed",
			seen:  "all balances of the token at height",
		},
		"jury_for_nothing": {
			rule:  "the bond of a dispute pays the jury",
			edits: []edit{{"x/tasks/keeper/task_jury.go", "o.task.Dispute.Bond.QuoRaw(int64(seats))", "o.task.Dispute.Bond.MulRaw(0)"}},
			gains: "false_disputer",
			seen:  "disputes of right outcomes cost",
		},
		"bond_of_any_size": {
			rule:  "a dispute is locked up as much as a replica has at stake for",
			edits: []edit{{"x/tasks/types/jury.go", "math.Int { return TaskExposure(fee) }", "math.Int { return fee.QuoRaw(1_000) }"}},
			gains: "false_disputer",
			seen:  "disputes of right outcomes cost",
		},
		"third_of_a_jury": {
			rule:  "two thirds of the seats of a jury must say the same",
			edits: []edit{{"x/tasks/types/jury.go", "return (2*d.Seats + 2) / 3 }", "return (d.Seats + 2) / 3 }"}},
			gains: "lying_jurors",
			seen:  "it is believed",
		},
		"judges_of_themselves": {
			rule:  "no party to a task sits in its jury",
			edits: []edit{{"x/tasks/keeper/task_jury.go", "		Without: parties,", "		Without: parties[:0],"}},
			gains: "liar_disputed",
			seen:  "judges what it has done itself",
		},
		"hung_and_paid": {
			rule: "where no jury has found anything nobody is paid",
			edits: []edit{{
				"x/tasks/keeper/task_jury.go", "	o.task.Result = nil\n	return k.settleTask(ctx, was, o, types.TASK_OUTCOME_HUNG, nil)",
				"	agreed, _, _ := o.task.Verdict()\n	return k.settleTask(ctx, was, o, types.TASK_OUTCOME_MATCHED, agreed)",
			}},
			gains: "jury_staller",
			seen:  "the gang is paid for lies",
		},
		"free_look_of_jurors": {
			rule:  "a juror that commits and is silent pays as a replica does",
			edits: []edit{{"x/tasks/keeper/task_settle.go", "		if to == types.REPLICA_STATUS_SILENT {", "		if to == types.REPLICA_STATUS_SILENT && !p.juror {"}},
			gains: "silent_jurors",
			seen:  "silences cost",
		},
		"stake_that_stays": {
			rule:  "what a replica or juror has at stake is given back when the task is settled",
			edits: []edit{{"x/tasks/types/task.go", "	return r.Status == REPLICA_STATUS_COMMITTED || r.Status == REPLICA_STATUS_REVEALED\n", "	return r.Status == REPLICA_STATUS_COMMITTED\n"}},
			gains: "liar_disputed",
			seen:  "something is still at stake",
		},
		"stakes_that_count": {
			rule: "who is drawn does not depend on what nodes have at stake, which others can change once they know the seed",
			edits: []edit{{
				"x/tasks/keeper/task_draw.go", "	return types.TaskExposure(o.task.Fee).LTE(n.TotalBond()), nil",
				"	staked, err := k.staked(ctx, o.network.Seq, n.Id)\n	return err == nil && staked.Add(types.TaskExposure(o.task.Fee)).LTE(n.TotalBond()), err",
			}},
			gains: "steered_draw",
			seen:  "draws others as of height",
		},
		"anything_revealed": {
			rule:  "a node reveals what it has committed to, from whatever backup it comes back",
			edits: []edit{{"x/tasks/keeper/task_work.go", "want != [32]byte(r.Commitment) {", "want == [32]byte{} {"}},
			gains: "backup_restorer",
		},
	}
}
