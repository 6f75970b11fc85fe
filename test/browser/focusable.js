(window.rightkeyWalk ??= {
	actions: "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])",
	// what stands for one control: the answers of a question are reached with the arrows
	control: e => e.type === "radio" ? document.querySelector(`input[type=radio][name="${CSS.escape(e.name)}"]`) : e,
	name: e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + " “" + (e.textContent.trim() || e.ariaLabel || e.name || "").replace(/\s+/g, " ").slice(0, 40) + "”",
	begin() {
		this.met = new Set();
		this.blind = new Set();
		document.activeElement?.blur();
		window.getSelection().removeAllRanges();
		document.addEventListener("focusin", event => {
			const e = event.target, style = getComputedStyle(e);
			this.met.add(this.control(e));
			const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
			const box = e.getBoundingClientRect();
			if (!outlined && style.boxShadow === "none" || box.width < 1 || box.height < 1) this.blind.add(e);
		});
		// a day has a stop for each of its parts and one for its calendar
		return this.todo().reduce((stops, e) => stops + (e.type === "date" ? 4 : 1), 0);
	},
	todo() {
		return [...document.querySelectorAll(this.actions)].filter(e => !e.disabled && this.control(e) === e && e.checkVisibility({visibilityProperty: true}));
	},
	end() {
		const missed = this.todo().slice(0, 380).filter(e => !this.met.has(e)).map(e => "never reached: " + this.name(e));
		return [...missed, ...[...this.blind].map(e => "focus not seen: " + this.name(e))].slice(0, 8);
	},
})
