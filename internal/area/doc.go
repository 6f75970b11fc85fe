// Package area holds the administrative areas, from the nation's first level to the village: official codes and
// names with their validity, and a key that makes "everything below" one range.
//
// A key is a decimal path of fixed-width levels, padded with zeros on the right: with widths 2-2-2-3-3, key
// 520424017003 is village 003 of township 017 of county 24 of prefecture 04 of province 52, and the county's subtree
// is 520424000000 to 520424999999. A level's group is never 00 for an area of that level, so a key tells its level.
// Keys are never reused; official codes and names are attributes. The widths come from the policy pack.
package area
