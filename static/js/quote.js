// Quoting: what is selected in a captured text, or in a rationale, goes into a form as offsets and words.
// Offsets count code points, as the server does, and not the UTF-16 units of JavaScript.  Text and form are looked up each
// time, because parts of a page are put in anew.

const sizes = new WeakMap(); // of the parts of a long text, which are counted once

function count(words) {
  return words.length - (words.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

function sizeOf(part) {
  if (!sizes.has(part)) sizes.set(part, count(part.textContent));
  return sizes.get(part);
}

/** How many code points stand before a place of the text. */
function offsetOf(text, node, offset) {
  const before = document.createRange();
  before.selectNodeContents(text);
  before.setEnd(node, offset);
  const element = node instanceof Element ? node : node.parentElement;
  const part = element.closest(".read-part");
  if (!part || !text.contains(part)) return count(before.toString());
  before.setStart(part, 0);
  let all = count(before.toString());
  for (let other = part.previousElementSibling; other; other = other.previousElementSibling) all += sizeOf(other);
  return all;
}

/** The part of the selection that lies in the text; null when there is none. */
function selected(text) {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const all = document.createRange();
  all.selectNodeContents(text);
  const range = selection.getRangeAt(0).cloneRange();
  if (!range.intersectsNode(text)) return null;
  if (range.compareBoundaryPoints(Range.START_TO_START, all) < 0) range.setStart(all.startContainer, all.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, all) > 0) range.setEnd(all.endContainer, all.endOffset);
  const words = range.toString();
  if (!words.trim()) return null;
  const start = offsetOf(text, range.startContainer, range.startOffset);
  return { start, end: start + count(words), words, range };
}

// Whole words, by the rule of claims/evidence/words.py: a passage that begins or ends inside a word is widened.
const MOST = 100;
const LETTER = /^[\p{L}\p{M}\p{N}]$/u;
const DIGIT = /^\p{Nd}$/u;
const JOINING = "'\u2019\u00ad\u200c\u200d";
const WITHOUT_BLANKS =
  /^[\u0e00-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u2e80-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaadf\uf900-\ufaff\uff66-\uff9f\u{1aff0}-\u{1b16f}\u{20000}-\u{3ffff}]$/u;

const isLetter = (sign) => LETTER.test(sign ?? "") && !WITHOUT_BLANKS.test(sign);
const isDigit = (sign) => DIGIT.test(sign ?? "");

function isOfWord(signs, at) {
  if (isLetter(signs[at])) return true;
  const [before, behind] = [signs[at - 1], signs[at + 1]];
  if (signs[at] === "." || signs[at] === ",") return isDigit(before) && isDigit(behind);
  return signs[at] !== undefined && JOINING.includes(signs[at]) && isLetter(before) && isLetter(behind);
}

/** What is missing of a word before (step -1) or behind (1) a place of the text, within its line. */
function missing(text, node, offset, step) {
  const element = node instanceof Element ? node : node.parentElement;
  const line = element.closest("p");
  if (!line || !text.contains(line)) return "";
  const range = document.createRange();
  range.selectNodeContents(line);
  range.setEnd(node, offset);
  const place = range.toString().length;
  const whole = line.textContent;
  const before = Array.from(whole.slice(Math.max(0, place - 4 * MOST), place));
  const signs = [...before, ...whole.slice(place, place + 4 * MOST)];
  let at = before.length;
  while (Math.abs(at - before.length) <= MOST && isOfWord(signs, at - 1) && isOfWord(signs, at)) at += step;
  if (Math.abs(at - before.length) > MOST) return "";
  return signs.slice(Math.min(at, before.length), Math.max(at, before.length)).join("");
}

function widen(text, { start, end, words, range }) {
  const before = missing(text, range.startContainer, range.startOffset, -1);
  const behind = missing(text, range.endContainer, range.endOffset, 1);
  return {
    start: start - count(before),
    end: end + count(behind),
    words: before + words + behind,
    isWidened: Boolean(before || behind),
  };
}

function update(text, form) {
  const note = form.querySelector("[data-widened]"); // where there is none, as in a rationale, any letters may be meant
  const selection = selected(text);
  const found = selection && note ? widen(text, selection) : selection;
  const isWritten = Boolean(form.elements.text?.value); // what somebody began to write is not hidden from him
  if (found === null && isWritten) return;
  form.hidden = found === null;
  if (found === null) return;
  form.elements.start.value = found.start;
  form.elements.end.value = found.end;
  form.elements.exact.value = found.words;
  if (note) note.hidden = !found.isWidened;
  const short = found.words.replace(/\s+/g, " ").trim();
  const letters = Array.from(short);
  form.querySelector("[data-selected]").textContent =
    letters.length > 90 ? `${letters.slice(0, 60).join("")}… ${letters.slice(-25).join("")}` : short;
}

function follow() {
  const text = document.querySelector("[data-captured-text]");
  const form = document.getElementById("quote-selection");
  // A press on the form's own button moves the selection in some browsers; what was selected stays in the form.
  if (text && form && !form.contains(document.activeElement)) update(text, form);
}

document.addEventListener("selectionchange", follow);
follow();
