package types

import (
	"strings"

	"cosmossdk.io/math"
)

const (
	// Decimals of every network token: one token is 10^6 base units.
	Decimals = 6
	// MinSymbol is the length of the shortest token symbol.
	MinSymbol = 2
	// MaxSymbol is the length of the longest token symbol.
	MaxSymbol = 16
	// MaxInitialBps is the largest share of the cap a founder can be given, in hundredths of a percent.
	MaxInitialBps = 2_000
	// MaxHalvingEpochs bounds the emission schedule: 5,000 years of one-hour epochs.
	MaxHalvingEpochs = 43_800_000
	// NativeSymbol is the symbol of the chain's own token.
	NativeSymbol = "MESH"
	// nativeDenom is its denomination.
	nativeDenom = "umesh"
	// bps is one whole in hundredths of a percent.
	bps = 10_000
)

// CheckSymbol returns ErrInvalidSymbol unless s has 2 to 16 letters and digits of ASCII, a letter first.
func CheckSymbol(s string) error {
	if len(s) < MinSymbol || len(s) > MaxSymbol {
		return ErrInvalidSymbol.Wrapf("%q has %d characters, a symbol has %d to %d", s, len(s), MinSymbol, MaxSymbol)
	}
	for i, c := range []byte(s) {
		letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return ErrInvalidSymbol.Wrapf("%q: a symbol is made of A-Z, a-z and 0-9 and starts with a letter", s)
		}
	}
	return nil
}

// CheckNotNative returns ErrInvalidSymbol where a new token's name or symbol would be taken for the chain's own token: MESH or umesh, in
// whatever case. It is asked at creation only, since what is on chain must stay valid.
func CheckNotNative(name, symbol string) error {
	for _, s := range []string{name, symbol} {
		if strings.EqualFold(s, NativeSymbol) || strings.EqualFold(s, nativeDenom) {
			return ErrInvalidSymbol.Wrapf("%q is what the chain's own token is called, for which this one would be taken", s)
		}
	}
	return nil
}

// Denom returns the base denomination of a network's token, net_<8 hex>/u<symbol in lower case>.
func Denom(networkID, symbol string) string {
	return networkID + "/u" + strings.ToLower(symbol)
}

// DisplayDenom returns the denomination of whole tokens, net_<8 hex>/<symbol in lower case>.
func DisplayDenom(networkID, symbol string) string {
	return networkID + "/" + strings.ToLower(symbol)
}

// FirstEmission returns what epoch 0 may emit: (cap − initial) / (2 · halving), so that all
// halvings together emit what the initial allocation left of the cap. Rounded down.
func (t Token) FirstEmission() math.Int {
	return t.SupplyCap.Sub(t.InitialAllocation).QuoRaw(2).Quo(math.NewIntFromUint64(t.HalvingEpochs))
}

// Validate returns an error unless the token can exist in the network with the given id.
func (t Token) Validate(networkID string) error {
	if _, err := NormalName(t.Name); err != nil {
		return err
	}
	if err := CheckSymbol(t.Symbol); err != nil {
		return err
	}
	if want := Denom(networkID, t.Symbol); t.Denom != want {
		return ErrInvalidParams.Wrapf("denom %q should be %q", t.Denom, want)
	}
	return t.validateSupply()
}

func (t Token) validateSupply() error {
	if err := CheckAmount("supply cap", t.SupplyCap); err != nil {
		return err
	}
	if err := CheckAmount("initial allocation", t.InitialAllocation); err != nil {
		return err
	}
	if t.HalvingEpochs == 0 || t.HalvingEpochs > MaxHalvingEpochs {
		return ErrInvalidParams.Wrapf("halving after %d epochs, it must be 1 to %d", t.HalvingEpochs, MaxHalvingEpochs)
	}
	if t.InitialAllocation.MulRaw(bps).GT(t.SupplyCap.MulRaw(MaxInitialBps)) {
		return ErrInvalidParams.Wrapf("initial allocation %s is over %d %% of the supply cap %s", t.InitialAllocation, MaxInitialBps/100, t.SupplyCap)
	}
	if !t.FirstEmission().IsPositive() {
		return ErrInvalidParams.Wrapf("supply cap %s is too small: an epoch would emit nothing with halving after %d epochs", t.SupplyCap, t.HalvingEpochs)
	}
	return nil
}
