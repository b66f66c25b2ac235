package main

import "fmt"

// consent asks before something that cannot be undone, unless the user agreed beforehand. It declines where
// nobody can answer. what says what is done, in words like "send 5 MESH"; show, where given, tells what
// there is to know first.
func (c *cli) consent(s settings, what, question string, show func(p *page)) error {
	if s.Yes {
		return nil
	}
	if !c.con.asks {
		return refused("not_confirmed", what, "there is no terminal to ask for your agreement on", "add --yes to agree beforehand")
	}
	if show != nil {
		p := &page{color: c.con.errColor}
		show(p)
		fmt.Fprint(c.con.err, p.String())
	}
	yes, err := c.con.confirm(question)
	if err != nil {
		return err
	}
	if !yes {
		return refused("not_confirmed", what, "you did not agree", "nothing was done; run it again when you do")
	}
	return nil
}
