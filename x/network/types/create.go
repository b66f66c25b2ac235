package types

import "cosmossdk.io/math"

// Templates are the kinds of work a network can be made for.
func Templates() []string { return []string{"storage", "compute", "ml", "cdn", "custom"} }

// logicHashBytes is the length of a BLAKE3-256 hash.
const logicHashBytes = 32

// Network returns the network the message asks for, with the chain's defaults where it is
// silent, or the first reason why it cannot be. Seq, ID, token denom, deposit and height stay
// empty: they are known when it is stored.
func (m *MsgCreateNetwork) Network(p Params) (Network, error) {
	name, err := NormalName(m.Name)
	if err != nil {
		return Network{}, err
	}
	if err := checkWork(m.Template, m.LogicHash); err != nil {
		return Network{}, err
	}
	terms, err := m.terms(p)
	if err != nil {
		return Network{}, err
	}
	token, err := m.token(p.DefaultToken)
	if err != nil {
		return Network{}, err
	}
	if token.InitialAllocation.LT(terms.Bond.MinBond) {
		return Network{}, ErrInvalidParams.Wrapf("initial allocation %s is less than one bond of %s: nobody could ever run the first node",
			token.InitialAllocation, terms.Bond.MinBond)
	}
	latest := p.MaxHandoverEpoch(terms.Epoch.EpochBlocks)
	if latest == 0 {
		return Network{}, ErrInvalidParams.Wrapf("an epoch of %d blocks is longer than the %d blocks until the latest hand-over",
			terms.Epoch.EpochBlocks, p.MaxHandoverBlocks)
	}
	handover := m.HandoverEpoch
	if handover == 0 {
		handover = latest
	}
	if handover > latest {
		return Network{}, ErrInvalidParams.Wrapf("hand-over at epoch %d, with epochs of %d blocks it is at epoch %d at the latest",
			handover, terms.Epoch.EpochBlocks, latest)
	}
	return Network{
		Founder: m.Founder, Name: name, Token: token, Template: m.Template, LogicHash: m.LogicHash,
		Params: terms, HandoverEpoch: handover,
	}, nil
}

// checkWork holds template and logic hash against what is known.
func checkWork(template string, logicHash []byte) error {
	known := false
	for _, t := range Templates() {
		known = known || t == template
	}
	if !known {
		return ErrInvalidTemplate.Wrapf("%q, known are %v", template, Templates())
	}
	if n := len(logicHash); n != 0 && n != logicHashBytes {
		return ErrInvalidLogicHash.Wrapf("%d bytes, a BLAKE3-256 hash has %d", n, logicHashBytes)
	}
	return nil
}

// terms returns the default terms with the message's figures in their places.
func (m *MsgCreateNetwork) terms(p Params) (NetworkParams, error) {
	for _, a := range []struct {
		name  string
		value math.Int
	}{{"min_bond", m.MinBond}, {"storage_price", m.StoragePrice}, {"read_price", m.ReadPrice}, {"supply_cap", m.SupplyCap}} {
		if a.value.IsNil() {
			continue
		}
		if err := CheckAmount(a.name, a.value); err != nil {
			return NetworkParams{}, err
		}
	}
	t := p.DefaultParams
	if !m.Distribution.IsZero() {
		t.Distribution = m.Distribution
	}
	if m.EpochBlocks != 0 {
		t.Epoch.EpochBlocks = m.EpochBlocks
	}
	if m.BurnBps != 0 {
		t.Pay.BurnBps = m.BurnBps
	}
	t.Bond.MinBond = orDefault(m.MinBond, t.Bond.MinBond)
	t.Storage.Price = orDefault(m.StoragePrice, t.Storage.Price)
	t.Storage.ReadPrice = orDefault(m.ReadPrice, t.Storage.ReadPrice)
	return t, p.CheckTerms(t)
}

// token returns the token the message asks for, without its denom.
func (m *MsgCreateNetwork) token(d TokenDefaults) (Token, error) {
	name, err := NormalName(m.TokenName)
	if err != nil {
		return Token{}, err
	}
	if err := CheckSymbol(m.TokenSymbol); err != nil {
		return Token{}, err
	}
	if err := CheckNotNative(name, m.TokenSymbol); err != nil {
		return Token{}, err
	}
	share := m.InitialAllocationBps
	if share == 0 {
		share = d.InitialAllocationBps
	}
	halving := m.HalvingEpochs
	if halving == 0 {
		halving = d.HalvingEpochs
	}
	limit := orDefault(m.SupplyCap, d.SupplyCap)
	t := Token{
		Name: name, Symbol: m.TokenSymbol, SupplyCap: limit,
		InitialAllocation: limit.MulRaw(int64(share)).QuoRaw(bps), HalvingEpochs: halving,
	}
	return t, t.validateSupply()
}
