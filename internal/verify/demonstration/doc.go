// Package demonstration shows what verification is worth: on populations of which the truth is known, but not to it, a
// campaign of visits is planned, made and estimated, beside simpler plans.
package demonstration
