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
  return { start, end: start + count(words), words };
}

function update(text, form) {
  const found = selected(text);
  const isWritten = Boolean(form.elements.text?.value); // what somebody began to write is not hidden from him
  if (found === null && isWritten) return;
  form.hidden = found === null;
  if (found === null) return;
  form.elements.start.value = found.start;
  form.elements.end.value = found.end;
  form.elements.exact.value = found.words;
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
