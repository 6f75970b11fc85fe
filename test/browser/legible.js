(() => {
	const faults = [];
	const quoted = text => "“" + text.trim().replace(/\s+/g, " ").slice(0, 60) + "”";
	const hidden = ".visually-hidden, .skip-link, script, style, option, textarea, noscript";
	const floating = new Map();
	const frames = new Map();
	const styleOf = new Map();
	const style = e => styleOf.get(e) ?? (styleOf.set(e, getComputedStyle(e)), styleOf.get(e));
	// What lies above the page on purpose is compared with nothing.
	const floats = e => {
		if (!e) return false;
		if (!floating.has(e)) floating.set(e, ["fixed", "sticky"].includes(style(e).position) || floats(e.parentElement));
		return floating.get(e);
	};
	// frame is the part of the page in which an element's text can be seen.
	const frame = e => {
		if (!e || e === document.body) return null;
		if (!frames.has(e)) {
			const outer = frame(e.parentElement);
			let own = outer;
			if (style(e).overflowX !== "visible" || style(e).overflowY !== "visible") {
				const r = e.getBoundingClientRect();
				own = outer ? {left: Math.max(r.left, outer.left), right: Math.min(r.right, outer.right), top: Math.max(r.top, outer.top), bottom: Math.min(r.bottom, outer.bottom)} : r;
			}
			frames.set(e, own);
		}
		return frames.get(e);
	};
	const linesOf = range => {
		const lines = [];
		for (const r of range.getClientRects()) {
			if (r.width < 1 || r.height < 1) continue;
			const last = lines.at(-1);
			if (last && Math.abs(last.top - r.top) < r.height / 2) {
				last.left = Math.min(last.left, r.left);
				last.right = Math.max(last.right, r.right);
			} else lines.push({left: r.left, right: r.right, top: r.top, bottom: r.bottom});
		}
		return lines;
	};
	const range = document.createRange();
	const boxes = [];
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node; node = texts.nextNode();) {
		const text = node.data.trim(), parent = node.parentElement;
		const room = frame(parent);
		if (room && (room.right - room.left < 2 || room.bottom - room.top < 2)) continue; // for screen readers only
		if (!text || parent.closest(hidden) || !parent.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
		if (text.includes("⟦")) faults.push("the key of a message: " + quoted(text));
		range.selectNodeContents(node);
		const lines = linesOf(range);
		if (lines.length > 2 && [...text].length / lines.length < 3) faults.push(`${lines.length} lines of ${quoted(text)}`);
		else if (lines.length > 1) {
			for (const word of node.data.matchAll(/[\p{Script=Latin}\p{Script=Arabic}\d]{3,}/gu)) {
				range.setStart(node, word.index);
				range.setEnd(node, word.index + word[0].length);
				if (word[0].length < 20 && linesOf(range).length > 1) faults.push(`a break within ${quoted(word[0])} of ${quoted(text)}`);
			}
		}
		if (floats(parent)) continue;
		for (const line of lines) {
			const box = {text, node, left: line.left, right: line.right, top: line.top, bottom: line.bottom};
			if (room) {
				box.left = Math.max(box.left, room.left); box.right = Math.min(box.right, room.right);
				box.top = Math.max(box.top, room.top); box.bottom = Math.min(box.bottom, room.bottom);
			}
			if (box.right - box.left > 1 && box.bottom - box.top > 1) boxes.push(box);
		}
	}
	for (const table of document.querySelectorAll("table.data")) {
		const room = table.parentElement.getBoundingClientRect(), own = table.getBoundingClientRect();
		if (style(table.parentElement).overflowX === "visible" && (own.right > room.right + 1 || own.left < room.left - 1)) faults.push("a table runs out of its box: " + quoted(table.innerText));
	}
	boxes.sort((a, b) => a.top - b.top);
	for (let i = 0; i < boxes.length; i++) {
		for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom; j++) {
			const a = boxes[i], b = boxes[j];
			if (a.node === b.node) continue;
			const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
			const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
			if (wide > 2 && high > 0.55 * Math.min(a.bottom - a.top, b.bottom - b.top)) faults.push(`${quoted(a.text)} stands over ${quoted(b.text)}`);
		}
	}
	return [...new Set(faults)].slice(0, 8);
})()
