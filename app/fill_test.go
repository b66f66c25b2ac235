package app_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// filler says what stands in the fields of a message.
type filler interface {
	number(f protoreflect.FieldDescriptor) uint64 // of any kind that counts
	scalar(f protoreflect.FieldDescriptor) string // cosmos.Int and cosmos.Dec, as on the wire
	text(f protoreflect.FieldDescriptor) string
	bytes(f protoreflect.FieldDescriptor) []byte
	items() int // of a repeated field
}

// filled puts another value into each field: of two fields that changed places, both would show.
type filled struct{}

func (filled) number(f protoreflect.FieldDescriptor) uint64 { return 1_000 + uint64(f.Number()) }
func (filled) scalar(f protoreflect.FieldDescriptor) string {
	return fmt.Sprint(1_000_000 + int(f.Number()))
}
func (filled) text(f protoreflect.FieldDescriptor) string  { return string(f.Name()) + ` é網 <&> "\` }
func (filled) bytes(f protoreflect.FieldDescriptor) []byte { return digest(f) }
func (filled) items() int                                  { return 2 }

// maximum puts the largest value into each field.
type maximum struct{}

func (maximum) number(f protoreflect.FieldDescriptor) uint64 {
	switch f.Kind() {
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return math.MaxUint32
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return math.MaxInt32
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return math.MaxInt64
	}
	return math.MaxUint64
}
func (maximum) scalar(protoreflect.FieldDescriptor) string {
	return "170141183460469231731687303715884105728"
}
func (maximum) text(protoreflect.FieldDescriptor) string  { return strings.Repeat("\U0010ffff", 64) }
func (maximum) bytes(protoreflect.FieldDescriptor) []byte { return bytes.Repeat([]byte{0xff}, 64) }
func (maximum) items() int                                { return 3 }

// fillMessage fills every field, also those of messages inside.
func fillMessage(m protoreflect.Message, fill filler) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		switch {
		case f.IsList():
			list := m.Mutable(f).List()
			for range fill.items() {
				if f.Kind() == protoreflect.MessageKind {
					fillMessage(list.AppendMutable().Message(), fill)
				} else {
					list.Append(fieldValue(f, fill))
				}
			}
		case f.Kind() == protoreflect.MessageKind:
			fillMessage(m.Mutable(f).Message(), fill)
		default:
			m.Set(f, fieldValue(f, fill))
		}
	}
}

// fieldValue returns what stands in one field that is no message.
func fieldValue(f protoreflect.FieldDescriptor, fill filler) protoreflect.Value {
	switch f.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(fieldText(f, fill))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(fill.bytes(f))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		values := f.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(values.Len() - 1).Number())
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(fill.number(f)))
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(fill.number(f)))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(int64(fill.number(f)))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(fill.number(f))
	}
	panic(fmt.Sprintf("%s is %s, which a message must not have", f.FullName(), f.Kind()))
}

// fieldText returns what stands in a field of text: addresses and numbers look like such.
func fieldText(f protoreflect.FieldDescriptor, fill filler) string {
	addr := digest(f)[:20]
	switch scalar := scalarOf(f); {
	case scalar == "cosmos.AddressString":
		return sdk.AccAddress(addr).String()
	case scalar == "cosmos.ValidatorAddressString":
		return sdk.ValAddress(addr).String()
	case scalar == "cosmos.ConsensusAddressString":
		return sdk.ConsAddress(addr).String()
	case scalar == "cosmos.Int", scalar == "cosmos.Dec":
		return fill.scalar(f)
	case f.FullName() == "cosmos.base.v1beta1.Coin.denom":
		return "umesh"
	}
	return fill.text(f)
}

// digest is different for each field and the same in every run.
func digest(f protoreflect.FieldDescriptor) []byte {
	sum := sha256.Sum256([]byte(f.FullName()))
	return sum[:]
}
