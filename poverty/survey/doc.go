// Package survey gives the standard error of an estimate under the design of the survey it comes from: weights,
// strata and primary sampling units (PSUs), drawn with replacement at the first stage (the ultimate-cluster
// approximation of household survey practice). It works on linearised variables: an estimate's variance is that of
// the weighted total of its influences (Woodruff 1971; Deville 1999; Wolter 2007), so it needs no knowledge of the
// index. Where no linearisation exists there is the rescaling bootstrap of Rao, Wu and Yue (1992).
//
// A domain keeps all PSUs: rows outside it have influence 0 and are not dropped.
package survey
