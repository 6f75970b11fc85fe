// Package targeting says how well a list of beneficiaries finds the poor. Every error is named with its denominator,
// because the literature uses the same words for different ones: of the poor P and the selected S, with TP poor and
// selected, FN poor and left out, FP selected and not poor, TN neither,
//
//	exclusion error (undercoverage)  FN / (TP + FN)   share of the poor left out
//	inclusion error                  FP / (TP + FP)   share of beneficiaries who are not poor (Brown et al. 2018)
//	leakage                          FP / (TP + FN)   the same people per poor person (IRIS; McBride and Nichols 2018)
//	non-poor error                   FP / (FP + TN)   share of the non-poor selected (Alatas et al. 2012)
//	total error                      (FP + FN) / all
//
// When as many are selected as are poor, exclusion and inclusion error are the same number: the targeting error rate.
package targeting
