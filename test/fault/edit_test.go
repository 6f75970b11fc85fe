package fault_test

func edit() {}
