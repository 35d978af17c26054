package bot

import (
	"slices"
	"strings"

	"rewind/questions"
	"rewind/store"
)

func runSettings(k *call) Reply {
	if len(k.values) == 0 {
		return k.settings("settings_head")
	}
	if !k.isMaintainer() {
		return k.say("need_maintainer")
	}
	g := k.group
	if zone := k.values["zone"]; zone != "" {
		if !validZone(zone) {
			return k.say("wrong_zone", Values{"Zone": zone})
		}
		g.Zone = zone
	}
	if lang := k.values["language"]; lang != "" {
		g.Lang = questions.Lang(lang)
	}
	if mode := k.values["mode"]; mode != "" {
		g.Mode = store.Mode(mode)
	}
	if who := k.values["reveal"]; who != "" {
		g.MembersReveal = who == "members"
	}
	if name := k.values["maintainer"]; name != "" {
		if reply, ok := k.changeMaintainer(&g, name); !ok {
			return reply
		}
	}
	k.changeRoles(&g)
	if pin := k.values["pin"]; pin != "" {
		g.Pin = pin == "on"
		g.Told = slices.DeleteFunc(g.Told, func(code string) bool { return strings.HasPrefix(code, string(store.LetterPin)+"/") })
	}
	if spoiler := k.values["spoiler"]; spoiler != "" {
		g.Spoiler = spoiler == "on"
	}
	k.tx.PutGroup(g)
	if g.Zone != k.group.Zone {
		k.moveSchedules()
	}
	k.group = g
	if k.Lang == "" {
		k.words = Speak(g.Lang)
	}
	return k.settings("settings_changed")
}

// changeRoles sets whose members are maintainers, and who is notified of a question. Those of other platforms stay.
func (k *call) changeRoles(g *store.Group) {
	for option, roles := range map[string]*[]string{"role": &g.Roles, "notify": &g.Notify} {
		named, ok := k.list(option)
		if !ok {
			continue
		}
		all := slices.DeleteFunc(slices.Clone(*roles), func(r string) bool { return strings.HasPrefix(r, store.Role(k.From.Platform, "")) })
		for _, text := range named {
			all = append(all, store.Role(k.From.Platform, idIn(text)))
		}
		*roles = all
	}
}

// rolesText names roles so that their platform shows them by their names, and without notifying anybody.
func (k *call) rolesText(roles []string) string {
	if len(roles) == 0 {
		return k.words.Say("settings_none")
	}
	names := make([]string, len(roles))
	for i, role := range roles {
		_, id, _ := strings.Cut(role, "/")
		names[i] = "@&" + id
	}
	return strings.Join(names, ", ")
}

// switchText says whether something is switched on.
func (k *call) switchText(on bool) string {
	if on {
		return k.words.Say("settings_on")
	}
	return k.words.Say("settings_off")
}

// moveSchedules makes a new version of each schedule that follows the group's zone, so that a slot which the move brings
// back is not asked twice.
func (k *call) moveSchedules() {
	for _, s := range slices.Collect(k.tx.Schedules()) {
		if s.Zone == "" {
			s.Version++
			s.Since = k.now
			k.tx.PutSchedule(s)
		}
	}
}

// changeMaintainer adds a member by name, or removes one whose name is written after a minus.
func (k *call) changeMaintainer(g *store.Group, name string) (Reply, bool) {
	name, remove := strings.CutPrefix(name, "-")
	name = strings.TrimLeft(name, "+@")
	var found []store.Member
	for m := range k.tx.Members() {
		if strings.EqualFold(m.Name, name) {
			found = append(found, m)
		}
	}
	switch {
	case len(found) == 0:
		return k.say("no_member", Values{"Name": named(name)}), false
	case len(found) > 1:
		return k.say("many_members", Values{"Name": named(name)}), false
	}
	others := slices.DeleteFunc(slices.Clone(g.Maintainers), func(id string) bool { return id == found[0].ID })
	if !remove {
		others = append(others, found[0].ID)
	}
	if len(others) == 0 {
		return k.say("last_maintainer"), false
	}
	g.Maintainers = others
	return Reply{}, true
}

// settleMaintainer makes whoever sets the bot to work a maintainer where there is none, since somebody has to hear of
// trouble.
func (k *call) settleMaintainer() {
	if len(k.group.Maintainers) == 0 {
		k.group.Maintainers = []string{k.member.ID}
		k.tx.PutGroup(k.group)
	}
}

func (k *call) settings(head string) Reply {
	var names []string
	for _, id := range k.group.Maintainers {
		if m, ok := k.tx.Member(id); ok {
			names = append(names, m.Name)
		}
	}
	if len(names) == 0 {
		names = []string{k.words.Say("settings_admins")}
	}
	who := "settings_reveal_maintainers"
	if k.group.MembersReveal {
		who = "settings_reveal_members"
	}
	return k.say("settings", Values{
		"Head": k.words.Say(head), "Language": k.words.Say("language_" + string(k.group.Lang)), "Zone": k.group.Zone,
		"Mode": k.words.Say("mode_" + string(k.group.Mode)), "Reveal": k.words.Say(who), "Maintainers": named(strings.Join(names, ", ")),
		"Roles": k.rolesText(k.group.Roles), "Notify": k.rolesText(k.group.Notify), "Pin": k.switchText(k.group.Pin), "Spoiler": k.switchText(k.group.Spoiler),
	})
}
