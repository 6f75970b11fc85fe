package rest

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"rightkey/internal/fault"
)

// Conditional is the part of a changing operation's input that says which version the change is based on; embed it.
// Without the header the operation answers 428.
type Conditional struct {
	IfMatch string `header:"If-Match" doc:"The ETag of the version that was read."`
}

type conditionalInput interface{ conditional() }

func (Conditional) conditional() {}

// Version is the version that the change is based on. An ETag that was given to somebody else is an Invalid fault; a
// list of tags, a weak tag or "*" too: a change names one version.
func (c Conditional) Version(ctx context.Context) (int64, error) {
	text, quoted := strings.CutPrefix(c.IfMatch, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	number, signature, signed := strings.Cut(text, "-")
	ver, err := strconv.ParseInt(number, 10, 64)
	if !quoted || !closed || !signed || err != nil || signature != signatureOf(ctx, ver) {
		return 0, fault.New(fault.Invalid, "If-Match is not an ETag that was given to you").With(0, "header.If-Match", "read the record and send its ETag")
	}
	return ver, nil
}

// Tagged is the part of an answer that names the version of what it shows; embed it.
type Tagged struct {
	ETag string `header:"ETag" doc:"The version of the record, for If-Match."`
}

// Tag makes the ETag of a version, for this caller.
func Tag(ctx context.Context, ver int64) Tagged {
	return Tagged{ETag: fmt.Sprintf(`"%d-%s"`, ver, signatureOf(ctx, ver))}
}

// signatureOf binds a version to the caller: what one was shown is not another's proof of having read it.
func signatureOf(ctx context.Context, ver int64) string {
	c := callOf(ctx)
	return hex.EncodeToString(c.api.seal.sign(fmt.Sprintf("%d|%d", c.caller.Account, ver)))
}
