// Package page shows the office in the browser: signing in, the own account, users and their roles, areas, policy
// packs, the journal and long work. Every page works without a script; what changes something is a form.
package page
