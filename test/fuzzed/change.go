package fuzzed

import (
	"math/big"
	"reflect"

	"cosmossdk.io/math"
)

// Fields returns how many fields Change can change.
func Fields(msg Message) int { return len(fields(reflect.ValueOf(msg))) }

// Change makes a field, if there is any, what the fuzzer says in its type. An amount is n, or bytes if there are any, and below 0
// where s is "-"; a decimal is that many of its smallest unit. The fields are those of lists and messages within it too, and are counted in a circle.
func Change(msg Message, field int, n uint64, s string, bz []byte) {
	all := fields(reflect.ValueOf(msg))
	if len(all) == 0 {
		return
	}
	switch v := all[field%len(all)]; v.Kind() {
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(n)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(n))
	case reflect.Bool:
		v.SetBool(n%2 == 1)
	case reflect.String:
		v.SetString(s)
	case reflect.Slice:
		v.SetBytes(bz)
	default:
		a := amount(n, s, bz)
		if v.Type() == reflect.TypeFor[math.LegacyDec]() {
			v.Set(reflect.ValueOf(math.LegacyNewDecFromIntWithPrec(a, math.LegacyPrecision)))
		} else {
			v.Set(reflect.ValueOf(a))
		}
	}
}

func amount(n uint64, s string, bz []byte) math.Int {
	a := math.NewIntFromUint64(n)
	if len(bz) > 0 {
		a = math.NewIntFromBigInt(new(big.Int).SetBytes(bz[:min(len(bz), 32)]))
	}
	if s == "-" {
		a = a.Neg()
	}
	return a
}

// fields are what a message says, in lists and messages within it too.
func fields(v reflect.Value) []reflect.Value {
	var all []reflect.Value
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return nil
	case v.Kind() == reflect.Pointer:
		return fields(v.Elem())
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[math.Int]() && v.Type() != reflect.TypeFor[math.LegacyDec]():
		for i := range v.NumField() {
			all = append(all, fields(v.Field(i))...)
		}
		return all
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		for i := range v.Len() {
			all = append(all, fields(v.Index(i))...)
		}
		return all
	}
	return []reflect.Value{v}
}
