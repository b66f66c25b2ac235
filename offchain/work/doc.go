// Package work is the domain of the half of Mesh that runs on devices: deals and who holds them, duties and
// their windows, streams to other nodes. Workload templates, the door to the chain, the gateway and the node
// that joins them all speak in these terms and know nothing of each other. It holds plain values and small
// interfaces, and neither the chain's types nor libp2p's.
//
// Amounts are base units of the network's token, 10^6 to a token. Heights are blocks of the chain, epochs
// those of one network, counted from 1.
package work
