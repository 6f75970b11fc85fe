// Package overview is what an analyst asks all day of the register of households: how many, where, of which kind. It
// knows the measures that an area can be looked at by (households, persons, the poor, their share, welfare), the five
// classes of a map, which small figures must not be told to who may not read households, and the figures of each
// month's end, which are frozen.
//
// A figure that few households stand behind tells about single ones. It is kept back, and with it others from which it
// could be computed: along rows and columns of a table, from the table of the area around, and from another month.
//
// Source: RULES 5.4 (rates are of persons), SECURITY section 2 (small cells, complementary suppression).
package overview
