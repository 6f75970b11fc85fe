// Package assign pairs the rows of two tables one to one so that the sum of the weights is largest (Kuhn 1955; the
// shortest augmenting path form of Jonker & Volgenant 1987), component by component. Components too large for the
// exact method are solved by best weight first.
package assign

import (
	"cmp"
	"slices"
)

// Edge is a possible pair with a positive weight; pairs that are not given cannot be chosen, and a row may stay
// alone at weight 0.
type Edge struct {
	Left, Right uint32
	Weight      float64
}

// Exact is the number of rows on the larger side up to which a component is solved exactly.
const Exact = 200

// OneToOne returns the chosen edges in order of their left rows.
func OneToOne(edges []Edge) []Edge {
	var chosen []Edge
	for _, part := range components(edges) {
		lefts, rights := sides(part)
		if max(len(lefts), len(rights)) <= Exact {
			chosen = append(chosen, solve(part, lefts, rights)...)
		} else {
			chosen = append(chosen, greedy(part)...)
		}
	}
	slices.SortFunc(chosen, byRows)
	return chosen
}

func byRows(a, b Edge) int {
	return cmp.Or(cmp.Compare(a.Left, b.Left), cmp.Compare(a.Right, b.Right))
}

// components splits the edges into sets that share no row, in order of their first edge.
func components(edges []Edge) [][]Edge {
	parent := map[[2]uint32][2]uint32{}
	var find func(node [2]uint32) [2]uint32
	find = func(node [2]uint32) [2]uint32 {
		up, ok := parent[node]
		if !ok || up == node {
			return node
		}
		root := find(up)
		parent[node] = root
		return root
	}
	for _, e := range edges {
		a, b := find([2]uint32{0, e.Left}), find([2]uint32{1, e.Right})
		if a != b {
			parent[b] = a
		}
	}
	number := map[[2]uint32]int{}
	var parts [][]Edge
	for _, e := range edges {
		root := find([2]uint32{0, e.Left})
		at, ok := number[root]
		if !ok {
			at = len(parts)
			number[root] = at
			parts = append(parts, nil)
		}
		parts[at] = append(parts[at], e)
	}
	return parts
}

func sides(edges []Edge) (lefts, rights []uint32) {
	for _, e := range edges {
		lefts = append(lefts, e.Left)
		rights = append(rights, e.Right)
	}
	slices.Sort(lefts)
	slices.Sort(rights)
	return slices.Compact(lefts), slices.Compact(rights)
}

// greedy takes the edges with the largest weight first.
func greedy(edges []Edge) []Edge {
	sorted := slices.Clone(edges)
	slices.SortFunc(sorted, func(a, b Edge) int { return cmp.Or(cmp.Compare(b.Weight, a.Weight), byRows(a, b)) })
	usedLeft, usedRight := map[uint32]bool{}, map[uint32]bool{}
	var chosen []Edge
	for _, e := range sorted {
		if e.Weight > 0 && !usedLeft[e.Left] && !usedRight[e.Right] {
			usedLeft[e.Left], usedRight[e.Right] = true, true
			chosen = append(chosen, e)
		}
	}
	return chosen
}

// solve finds the assignment of largest weight: each left row gets a right row or one of as many places to be alone.
func solve(edges []Edge, lefts, rights []uint32) []Edge {
	n, m := len(lefts), len(rights)+len(lefts)
	cost := make([][]float64, n)
	chosen := make([]map[int]Edge, n)
	for i := range cost {
		cost[i] = make([]float64, m)
		chosen[i] = map[int]Edge{}
		for j := range rights {
			cost[i][j] = forbidden
		}
	}
	for _, e := range edges {
		i, _ := slices.BinarySearch(lefts, e.Left)
		j, _ := slices.BinarySearch(rights, e.Right)
		if e.Weight > 0 {
			cost[i][j] = -e.Weight
			chosen[i][j] = e
		}
	}
	var result []Edge
	for i, j := range shortestPaths(cost) {
		if e, ok := chosen[i][j]; ok {
			result = append(result, e)
		}
	}
	return result
}

const forbidden = 1e9

// shortestPaths returns for each row of the cost matrix (no more rows than columns) its column in the assignment of
// least cost.
func shortestPaths(cost [][]float64) []int {
	n, m := len(cost), len(cost[0])
	potentialRow, potentialColumn := make([]float64, n+1), make([]float64, m+1)
	rowOf, way := make([]int, m+1), make([]int, m+1)
	for i := 1; i <= n; i++ {
		rowOf[0] = i
		column := 0
		least, done := make([]float64, m+1), make([]bool, m+1)
		for j := range least {
			least[j] = 2 * forbidden
		}
		for rowOf[column] != 0 {
			done[column] = true
			row, delta, next := rowOf[column], 2*forbidden, 0
			for j := 1; j <= m; j++ {
				if done[j] {
					continue
				}
				reduced := cost[row-1][j-1] - potentialRow[row] - potentialColumn[j]
				if reduced < least[j] {
					least[j], way[j] = reduced, column
				}
				if least[j] < delta {
					delta, next = least[j], j
				}
			}
			for j := range done {
				if done[j] {
					potentialRow[rowOf[j]] += delta
					potentialColumn[j] -= delta
				} else {
					least[j] -= delta
				}
			}
			column = next
		}
		for column != 0 {
			rowOf[column] = rowOf[way[column]]
			column = way[column]
		}
	}
	columns := make([]int, n)
	for j := 1; j <= m; j++ {
		if rowOf[j] != 0 {
			columns[rowOf[j]-1] = j - 1
		}
	}
	return columns
}
