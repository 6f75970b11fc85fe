package main

import "fmt"

// linkageCommands holds what concerns the engine itself.
type linkageCommands struct {
	Bench benchCommand `cmd:"" help:"Print accuracy and speed."`
}

type benchCommand struct{}

func (benchCommand) Run() error {
	_, err := fmt.Println("bench")
	return err
}
