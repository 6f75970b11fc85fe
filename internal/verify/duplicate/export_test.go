package duplicate

// Step and Rest are the stretch in whose multiples looks are answered, and how long an answer waits for it.
const Step = step

var Rest = rest
