package web

// field is one input of a form of the console, with its label, its hint and
// what was wrong with it.
type field struct {
	Name, Label, Hint, Value, Error string

	Type, Example string
	Max           int
	Required      bool
	Rows          int      // of a text of several lines
	Options       []option // of a choice
}

// option is one entry of a choice.
type option struct {
	Value, Name string
	Chosen      bool
}

// Field makes the input for a value of the form.
func (b board) Field(name, label, hint string) field {
	return field{Name: name, Label: label, Hint: hint, Value: b.Values[name], Error: b.Errors[name], Type: "text"}
}

// Needed makes it one that must be filled in.
func (f field) Needed() field { f.Required = true; return f }

// Most bounds the characters.
func (f field) Most(n int) field { f.Max = n; return f }

// Of says which kind of input it is, as the type attribute does.
func (f field) Of(kind string) field { f.Type = kind; return f }

// Like shows an example while it is empty.
func (f field) Like(example string) field { f.Example = example; return f }

// Lines makes it a text of several lines.
func (f field) Lines(n int) field { f.Rows = n; return f }

// From makes it a choice; what the form holds is chosen.
func (f field) From(all []option) field {
	f.Options = make([]option, len(all))
	for i, o := range all {
		o.Chosen = o.Value == f.Value
		f.Options[i] = o
	}
	return f
}

// Described lists the ids of what explains the input.
func (f field) Described() string {
	text := ""
	if f.Error != "" {
		text = f.Name + "-error"
	}
	if f.Hint != "" {
		text += " " + f.Name + "-hint"
	}
	return text
}
