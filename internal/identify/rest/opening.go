package rest

import (
	"context"

	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// CaseOpening is what opening cases for some households would come to.
type CaseOpening struct {
	Ready   []string       `json:"ready" nullable:"false" doc:"Numbers of the households for which a case can be opened."`
	Refused []CaseRefusals `json:"refused" nullable:"false"`
}

// CaseRefusals are households that are refused for one reason.
type CaseRefusals struct {
	Kind       string `json:"kind" doc:"Of the refusal: conflict or forbidden."`
	Reason     string `json:"reason" doc:"In English."`
	Households int    `json:"households" doc:"How many."`
}

type previewOutput struct{ Body CaseOpening }

func (rooms Cases) preview(ctx context.Context, in *openInput) (*previewOutput, error) {
	ids, err := numbers(in.Body.Households)
	if err != nil {
		return nil, err
	}
	o, err := rooms.Cases.Preview(ctx, rest.Scope(ctx), in.Body.Procedure, ids)
	if err != nil {
		return nil, err
	}
	out := &previewOutput{Body: CaseOpening{Ready: []string{}, Refused: []CaseRefusals{}}}
	for _, id := range o.Ready {
		out.Body.Ready = append(out.Body.Ready, registry.Number(id))
	}
	for _, g := range o.Refused {
		out.Body.Refused = append(out.Body.Refused, CaseRefusals{Kind: string(g.Why.Kind), Reason: g.Why.Message, Households: g.N})
	}
	return out, nil
}
