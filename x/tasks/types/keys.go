package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module, its store, its module account and its error codespace.
	ModuleName = "tasks"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's state. A number is never used again for something else.
var (
	// NextDealPrefix holds the id of the next deal.
	NextDealPrefix = collections.NewPrefix(0)
	// DealsPrefix maps id to Deal.
	DealsPrefix = collections.NewPrefix(1)
	// IndicesPrefix maps (deal, number) to Index.
	IndicesPrefix = collections.NewPrefix(2)
	// StintsPrefix maps (deal, number, first epoch) to Stint.
	StintsPrefix = collections.NewPrefix(3)
	// DealsByClientPrefix holds (client, deal).
	DealsByClientPrefix = collections.NewPrefix(4)
	// DealsByNodePrefix maps (network, node, deal) to the number of the index.
	DealsByNodePrefix = collections.NewPrefix(5)
	// OwedPrefix maps (network, node) to Owed.
	OwedPrefix = collections.NewPrefix(6)
	// ChangesPrefix maps (network, node, epoch) to OwedChange.
	ChangesPrefix = collections.NewPrefix(7)
	// GapsPrefix maps (network, node, first epoch) to Gap.
	GapsPrefix = collections.NewPrefix(8)
	// ClaimsPrefix maps (network, epoch, node) to Claim.
	ClaimsPrefix = collections.NewPrefix(9)
	// WindowsPrefix maps (network, epoch) to Window.
	WindowsPrefix = collections.NewPrefix(10)
	// EndsPrefix holds (network, last epoch, deal) of deals that are not settled.
	EndsPrefix = collections.NewPrefix(11)
	// SettlingPrefix holds networks with deals that may be settled.
	SettlingPrefix = collections.NewPrefix(12)
	// PendingPrefix holds how many of these networks there are.
	PendingPrefix = collections.NewPrefix(21)
	// RepairsPrefix holds (network, node, deal) of repairs that are not paid yet.
	RepairsPrefix = collections.NewPrefix(13)
	// NextRequestPrefix holds the id of the next request.
	NextRequestPrefix = collections.NewPrefix(14)
	// RequestsPrefix maps id to OpenRequest.
	RequestsPrefix = collections.NewPrefix(15)
	// RequestsByNodePrefix holds (network, node, deadline, request).
	RequestsByNodePrefix = collections.NewPrefix(16)
	// VacantPrefix holds (network, deal, number) of indices that are vacant.
	VacantPrefix = collections.NewPrefix(17)
	// RequestsByIndexPrefix holds (deal, number, request).
	RequestsByIndexPrefix = collections.NewPrefix(18)
	// EndedPrefix maps (network, node, last epoch, deal) to EndedStint.
	EndedPrefix = collections.NewPrefix(19)
	// WatchSeedsPrefix maps (network, epoch) to WatchSeed.
	WatchSeedsPrefix = collections.NewPrefix(20)
	// NextChannelPrefix holds the id of the next channel.
	NextChannelPrefix = collections.NewPrefix(22)
	// ChannelsPrefix maps id to Channel.
	ChannelsPrefix = collections.NewPrefix(23)
	// ChannelsByClientPrefix holds (client, channel).
	ChannelsByClientPrefix = collections.NewPrefix(24)
	// ChannelsByNodePrefix holds (network, node, last height, channel).
	ChannelsByNodePrefix = collections.NewPrefix(25)
	// ExpiringPrefix holds (last height, channel).
	ExpiringPrefix = collections.NewPrefix(26)
	// NextTaskPrefix holds the id of the next posted task.
	NextTaskPrefix = collections.NewPrefix(27)
	// TasksPrefix maps id to Task.
	TasksPrefix = collections.NewPrefix(28)
	// TasksByClientPrefix holds (client, task).
	TasksByClientPrefix = collections.NewPrefix(29)
	// TasksByNodePrefix holds (network, node, task).
	TasksByNodePrefix = collections.NewPrefix(30)
	// TaskTimesPrefix holds (last height, task).
	TaskTimesPrefix = collections.NewPrefix(31)
	// StakesPrefix maps (network, node) to what the node has at stake for posted tasks.
	StakesPrefix = collections.NewPrefix(32)
	// NextSlashPrefix holds the id of the next slash.
	NextSlashPrefix = collections.NewPrefix(33)
	// SlashesPrefix holds the slashes that are held.
	SlashesPrefix = collections.NewPrefix(34)
	// SlashEndsPrefix holds slashes by their end.
	SlashEndsPrefix = collections.NewPrefix(35)
	// SlashesByNetworkPrefix holds slashes by network and end.
	SlashesByNetworkPrefix = collections.NewPrefix(36)
)

const (
	// MaxSpace is the most bytes a deal has on one index: 2^44.
	MaxSpace = 1 << 44
	// MaxEpochs is the longest time a deal can be made for, from now on: eleven years of hours.
	MaxEpochs = 100_000
	// MaxWithout bounds the owners a client can refuse.
	MaxWithout = 16
	// MaxIndices bounds n.
	MaxIndices = 128
	// MaxAcks bounds the acknowledgements in one message.
	MaxAcks = 64
	// MaxDraws is how often an index is drawn by anyone; then it waits for the client, or, once its deal has a layout, for AckEpochs.
	MaxDraws = 3
	// RedrawBlocks is after how many blocks an index nobody has drawn or taken begins to wait anew.
	// It is half of the rounds the beacon keeps at least, so that its seed can always be found.
	RedrawBlocks = 10_000
	// MaxShift is the most blocks a node's proofs come later than the first: half of RedrawBlocks, so
	// that the seed can still be found.
	MaxShift = RedrawBlocks / 2
	// AckEpochs is the number of epochs a node has for its first ack.
	AckEpochs = 2
	// KeptClaims is the number of latest epochs whose claims and windows are kept.
	KeptClaims = 16
	// MaxChanges bounds the changes a claim walks over.
	MaxChanges = 1_024
	// MaxRepairsPerProof bounds the repairs one proof pays for.
	MaxRepairsPerProof = 16
	// MaxSettledPerBlock bounds the deals a block settles by itself.
	MaxSettledPerBlock = 10
	// MaxSettledStints bounds the stints of an index that are settled when another of it ends.
	MaxSettledStints = 8
	// MaxTurns bounds how many nodes may take a vacant index at a time.
	MaxTurns = 32
	// MaxNotRebuilt bounds the nodes an index knows that took it and did not rebuild it.
	MaxNotRebuilt = 8
	// MaxAsked bounds the requests for blocks of an index in an epoch, those of the client and those of fellow
	// holders each: what others ask never keeps a client from asking for what is its own.
	MaxAsked = 4
	// MaxRequests bounds the requests a node can have to answer at a time: as many as one daemon answers in a fraction of the
	// shortest time for it.
	MaxRequests = 256
)

// Gas is charged before a proof is looked at: measured at about 0.14 ms for the largest, which at
// the price of a signature (1,000 gas for 0.05 ms) is about 3,000; hashing of the bytes comes on top.
const (
	// ProofGas is the fixed price of a proof.
	ProofGas = 20_000
	// ProofByteGas is the price of each of its bytes.
	ProofByteGas = 5
	// SignatureGas is the price of the signature of one acknowledgement or voucher.
	SignatureGas = 1_000
)
