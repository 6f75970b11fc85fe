// Package pmt predicts a household's welfare from what can be seen and checked at its door: proxy means tests. It
// fits least squares, ridge, quantile and logit scores, gradient boosting, the mean of ridge and boosting, integer
// scorecards with their look-up tables, and the effects of area and village; it calibrates them to poverty lines and
// quotas, and writes models as readable files that carry their card.
//
// Sources: Grosh and Baker 1995; Brown, Ravallion and van de Walle 2018; McBride and Nichols 2018; Friedman 2001 and
// Chen and Guestrin 2016 for boosting; Koenker and Bassett 1978 and Portnoy and Koenker 1997 for quantile regression;
// Fay and Herriot 1979 for shrinking the effects of areas; Schreiner's Simple Poverty Scorecards for integer points.
//
// A target is usually the logarithm of consumption per head or adult equivalent. A score is in the target's unit and
// rises with welfare: the poorest score lowest. What is part of the target (expenditure items, imputed rent) must
// never be a feature.
package pmt
