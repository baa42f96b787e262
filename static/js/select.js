// Marking a passage with the keyboard alone: a word is always selected, arrows go to the next one or the next sentence,
// Shift takes it along.  The selection is the browser's own, so that quote.js sees it like one made with the mouse.

const text = document.querySelector("[data-captured-text]");
const opener = document.querySelector("[data-select-start]");
const help = document.getElementById("select-help");
const form = document.getElementById("quote-selection");
const ROOM = 96; // pixels kept free above and below what is selected

const LONGEST = 20_000; // UTF-16 units of a line that are cut at once

let blocks = []; // the lines of the text, very long ones in pieces; what they hold is cut into words when one comes there
let anchor = null; // the word it began with
let head = null; // the place where the moving end is: { at: which block, offset: in its line }

function prepare() {
  for (const line of text.querySelectorAll("p")) {
    const whole = line.textContent;
    for (let from = 0; from < whole.length; ) {
      const blank = whole.lastIndexOf(" ", from + LONGEST);
      const to = whole.length - from <= LONGEST ? whole.length : blank > from ? blank : from + LONGEST;
      blocks.push({ line, from, to, units: {} });
      from = to;
    }
  }
}

function segmenter(granularity) {
  try {
    return new Intl.Segmenter(text.lang || undefined, { granularity });
  } catch {
    return new Intl.Segmenter(undefined, { granularity }); // a language tag that is none
  }
}

/** The words or sentences of a block, in the order of the text; no sentence goes on behind the end of a line. */
function unitsOf(kind, at) {
  const block = blocks[at];
  block.units[kind] ??= [...cut(kind, at, block.line.textContent.slice(block.from, block.to))];
  return block.units[kind];
}

function* cut(kind, at, whole) {
  for (const { segment, index, isWordLike } of segmenter(kind).segment(whole)) {
    const words = segment.trim();
    if (!words || isWordLike === false) continue;
    const start = blocks[at].from + index + segment.indexOf(words);
    yield { start: { at, offset: start }, end: { at, offset: start + words.length } };
  }
}

const compare = (one, other) => one.at - other.at || one.offset - other.offset;
const isBefore = (one, other) => compare(one, other) < 0;
const earlier = (one, other) => (isBefore(one, other) ? one : other);
const later = (one, other) => (isBefore(one, other) ? other : one);

/** The first unit from a block on that is meant, or the last one up to it. */
function firstFrom(kind, at, isMeant) {
  for (let block = at; block < blocks.length; block += 1) {
    const found = unitsOf(kind, block).find(isMeant);
    if (found) return found;
  }
  return null;
}

function lastUpTo(kind, at, isMeant) {
  for (let block = at; block >= 0; block -= 1) {
    const found = unitsOf(kind, block).findLast(isMeant);
    if (found) return found;
  }
  return null;
}

/** Where in the document a place of the text is: before the letter that begins there, or behind the one that ends there. */
function inDocument({ at, offset }, isEnd) {
  const walker = document.createTreeWalker(blocks[at].line, NodeFilter.SHOW_TEXT);
  let before = 0;
  while (walker.nextNode()) {
    const behind = before + walker.currentNode.data.length;
    if (isEnd ? offset <= behind : offset < behind) break;
    before = behind;
  }
  return [walker.currentNode, offset - before];
}

/** The place of the text at which a node of the document stands. */
function placeOf(node, offset) {
  const element = node instanceof Element ? node : node.parentElement;
  const line = element.closest("p");
  const range = document.createRange();
  range.selectNodeContents(line);
  range.setEnd(node, offset);
  const letters = range.toString().length;
  const at = blocks.findIndex((block) => block.line === line && (letters < block.to || block.to === line.textContent.length));
  return { at: Math.max(at, 0), offset: letters };
}

function show() {
  const start = earlier(anchor.start, head);
  const end = later(anchor.end, head);
  const selection = document.getSelection();
  selection.setBaseAndExtent(...inDocument(start, false), ...inDocument(end, true));
  keepInSight(isBefore(head, anchor.start) ? start : { at: end.at, offset: end.offset - 1 });
  document.dispatchEvent(new CustomEvent("say", { detail: selection.getRangeAt(0).toString().slice(-120) }));
}

function keepInSight(letter) {
  const range = document.createRange();
  range.setStart(...inDocument(letter, false));
  range.setEnd(...inDocument({ at: letter.at, offset: letter.offset + 1 }, true));
  const box = range.getBoundingClientRect();
  if (box.top < ROOM) window.scrollBy(0, box.top - ROOM);
  else if (box.bottom > innerHeight - ROOM) window.scrollBy(0, box.bottom - innerHeight + ROOM);
}

function take(unit) {
  if (!unit) return;
  anchor = unit;
  head = unit.end;
  show();
}

function move(kind, by) {
  const [start, end] = [earlier(anchor.start, head), later(anchor.end, head)];
  const next =
    by > 0
      ? firstFrom(kind, end.at, (unit) => !isBefore(unit.start, end))
      : lastUpTo(kind, start.at, (unit) => !isBefore(start, unit.end));
  if (kind === "word" || !next) take(next);
  else take(firstFrom("word", next.start.at, (unit) => !isBefore(unit.start, next.start)) ?? next); // of that sentence
}

function extend(kind, by) {
  if (by > 0 && !isBefore(head, anchor.start)) {
    head = firstFrom(kind, head.at, (unit) => isBefore(head, unit.end))?.end ?? head;
  } else if (by > 0) {
    const next = firstFrom(kind, head.at, (unit) => isBefore(head, unit.start));
    head = next && isBefore(next.start, anchor.start) ? next.start : anchor.end;
  } else if (isBefore(anchor.end, head)) {
    const last = lastUpTo(kind, head.at, (unit) => isBefore(unit.end, head));
    head = last && isBefore(anchor.end, last.end) ? last.end : anchor.end;
  } else {
    const from = earlier(head, anchor.start);
    head = lastUpTo(kind, from.at, (unit) => isBefore(unit.start, from))?.start ?? head;
  }
  show();
}

function begin() {
  if (!blocks.length) prepare();
  const selection = document.getSelection();
  const chosen = selection.rangeCount > 0 ? selection.getRangeAt(0) : null;
  const inText = chosen !== null && text.contains(chosen.startContainer) && inLine(chosen.startContainer);
  const from = inText ? placeOf(chosen.startContainer, chosen.startOffset) : firstInSight();
  const word = firstFrom("word", from.at, (unit) => isBefore(from, unit.end)) ?? firstFrom("word", 0, () => true);
  if (!word) return;
  text.focus({ preventScroll: true });
  help.hidden = false;
  take(word);
}

const inLine = (node) => Boolean((node instanceof Element ? node : node.parentElement).closest("p"));

function inSight(element) {
  return element.getBoundingClientRect().bottom > ROOM;
}

/** Of the parts of a long text only those in sight are asked: others are not laid out. */
function* linesInSight() {
  for (const child of text.children) {
    if (!inSight(child)) continue;
    for (const line of child.matches("p") ? [child] : child.querySelectorAll("p")) if (inSight(line)) yield line;
  }
}

function firstInSight() {
  for (const line of linesInSight()) if (line.textContent.trim()) return placeOf(line, 0);
  return { at: 0, offset: 0 };
}

function stop() {
  anchor = null;
  help.hidden = true;
}

const STEPS = { ArrowRight: ["word", 1], ArrowLeft: ["word", -1], ArrowDown: ["sentence", 1], ArrowUp: ["sentence", -1] };

function press(event) {
  if (!anchor || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = STEPS[event.key];
  if (step) (event.shiftKey ? extend : move)(...step);
  else if (event.key === "Enter" && !form.hidden) {
    document.dispatchEvent(new Event("selectionchange")); // the browser's own comes later than a quick hand
    form.requestSubmit();
  } else if (event.key === "Escape") {
    document.getSelection().removeAllRanges();
    opener.focus({ preventScroll: true });
  } else return;
  event.preventDefault();
}

if (text && form && opener && "Segmenter" in Intl) {
  opener.hidden = false;
  opener.addEventListener("click", begin);
  text.addEventListener("keydown", press);
  text.addEventListener("blur", stop);
  text.addEventListener("mousedown", stop);
}
