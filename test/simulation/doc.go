// Package simulation is a long random history of a whole chain: every message of x/network, x/tasks and x/rewards, staking, slashing
// and evidence, authz around messages of Mesh, proposals of x/gov that change params of Mesh, and money that is sent about. Networks,
// nodes, deals, channels and posted tasks come and go, nodes are lazy and lose pieces, validators are away, proposers keep their
// reveals back, accounts send messages with a field that is wrong.
//
// A Simulation is made by New and goes on by Run. An operation is one transaction, signed, taken into the mempool, proposed, judged
// and executed in a block with others. It chooses among what the state has, which it reads by the keepers' exports and queries, and
// duties of nodes come from the query Deadlines; so most succeed because they should. Nothing is tried out beforehand and nothing that
// was refused is left out of the Report. After some blocks app.Invariants must hold, and the supply of every denom must be what
// it was, and what mints and burns of the events since add up to. A panic in a transaction fails the test as one in a block does.
//
// It follows from the seed alone: two of the same seed have the same app hash.
//
// Of the SDK's simulations (testutil/simsx, x/simulation) it takes the random amounts, and no more. Their runner gives
// FinalizeBlock no transactions and delivers operations into its state afterwards: a block would never hold the proposer's reveal, so
// no seed would ever be fixed, nothing drawn and nothing proven, and every operation would come after the end of its block. It also
// wants an app of depinject with a SimulationManager, which would link random operations into meshd.
//
// Limitations: pieces travel by method calls; votes carry no signatures; one app executes the blocks, others execute them again
// afterwards (devnet.Replica).
package simulation
