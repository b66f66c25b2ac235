package channel

// What the external tests reach inside for.

const (
	MaxAccounts = maxAccounts
	MaxAsking   = maxAsking
)
