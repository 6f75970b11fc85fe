// Package rest is the campaigns for other programs: planning them, the households that wait for one's team, recording
// visits, what was found and how wrong the register is.
package rest
