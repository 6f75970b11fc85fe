// Package smallarea estimates poverty for areas with too few surveyed households: the model of Fay and Herriot (1979)
// weighs each area's direct estimate against what its covariates predict, and the method of Elbers, Lanjouw and
// Lanjouw (2003) simulates the welfare of every household of a census from a model fitted to a survey. Molina and
// Rao's (2010) empirical best predictor is the same simulation with the area effects conditioned on the sample.
package smallarea
