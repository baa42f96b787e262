// Marking a passage with the keyboard alone: a word is always selected, arrows go to the next one or the next sentence,
// Shift takes it along.  The selection is the browser's own, so that quote.js sees it like one made with the mouse.

const text = document.querySelector("[data-captured-text]");
const opener = document.querySelector("[data-select-start]");
const help = document.getElementById("select-help");
const form = document.getElementById("quote-selection");
const ROOM = 96; // pixels kept free above and below what is selected

let units = null; // where words and sentences begin and end, in UTF-16 units, once they are needed
let nodes = []; // the text nodes and how much text stands before each
let anchor = null; // the word it began with
let head = 0; // where the moving end is

function cut(granularity) {
  const whole = text.textContent;
  let segmenter;
  try {
    segmenter = new Intl.Segmenter(text.lang || undefined, { granularity });
  } catch {
    segmenter = new Intl.Segmenter(undefined, { granularity }); // a language tag that is none
  }
  const found = [];
  for (const { segment, index, isWordLike } of segmenter.segment(whole)) {
    const words = segment.trim();
    if (!words || isWordLike === false) continue;
    const start = index + segment.indexOf(words);
    found.push({ start, end: start + words.length });
  }
  return found;
}

function prepare() {
  units = { word: cut("word"), sentence: cut("sentence") };
  nodes = [];
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let before = 0; walker.nextNode(); before += walker.currentNode.data.length) {
    nodes.push({ node: walker.currentNode, before });
  }
}

/** Where in the document the text is that begins, or ends, so far in. */
function startsAt(offset) {
  const found = nodes.findLast(({ before }) => before <= offset);
  return [found.node, offset - found.before];
}

function endsAt(offset) {
  const found = nodes.findLast(({ before }) => before < offset) ?? nodes[0];
  return [found.node, offset - found.before];
}

/** How much text stands before a place of the document. */
function offsetOf(node, offset) {
  const before = document.createRange();
  before.selectNodeContents(text);
  before.setEnd(node, offset);
  return before.toString().length;
}

function show() {
  const start = Math.min(anchor.start, head);
  const end = Math.max(anchor.end, head);
  document.getSelection().setBaseAndExtent(...startsAt(start), ...endsAt(end));
  keepInSight(head < anchor.start ? start : end - 1);
  document.dispatchEvent(new CustomEvent("say", { detail: text.textContent.slice(start, end).slice(-120) }));
}

function keepInSight(letter) {
  const range = document.createRange();
  range.setStart(...startsAt(letter));
  range.setEnd(...endsAt(letter + 1));
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
  const [start, end] = [Math.min(anchor.start, head), Math.max(anchor.end, head)];
  const list = units[kind];
  const next = by > 0 ? list.find((unit) => unit.start >= end) : list.findLast((unit) => unit.end <= start);
  if (kind === "word" || !next) take(next);
  else take(units.word.find((unit) => unit.start >= next.start) ?? next); // the first word of that sentence
}

function extend(kind, by) {
  const list = units[kind];
  if (by > 0 && head >= anchor.start) head = list.find((unit) => unit.end > head)?.end ?? head;
  else if (by > 0) head = list.find((unit) => unit.start > head && unit.start < anchor.start)?.start ?? anchor.end;
  else if (head > anchor.end) head = list.findLast((unit) => unit.end < head && unit.end > anchor.end)?.end ?? anchor.end;
  else head = list.findLast((unit) => unit.start < Math.min(head, anchor.start))?.start ?? head;
  show();
}

function begin() {
  if (!units) prepare();
  if (units.word.length === 0) return;
  const selection = document.getSelection();
  const inText = selection.rangeCount > 0 && text.contains(selection.getRangeAt(0).startContainer);
  const from = inText ? offsetOf(selection.getRangeAt(0).startContainer, selection.getRangeAt(0).startOffset) : firstInSight();
  text.focus({ preventScroll: true });
  help.hidden = false;
  take(units.word.find((unit) => unit.end > from) ?? units.word[0]);
}

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
  for (const line of linesInSight()) if (line.textContent.trim()) return offsetOf(line, 0);
  return 0;
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
