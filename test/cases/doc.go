// Package cases takes households through the procedures of shipped packs as people and programs do: application, visit,
// comparison, meeting, notices, objections, review, decision and announcement, by the API on both databases and in a
// real Chromium. The scenarios are those of the operating rules, 8.2.
package cases
