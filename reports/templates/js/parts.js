// The directory form: the index knows every cell, and what stands behind them is in its parts.

const IN_INDEX = data.part === 0;
const IN_PART = data.part > 0;

// Where a view is found when it is not in this file; null when it is here.
function elsewhere(view, row) {
  if (IN_INDEX && row && row.part) return `part-${row.part}.html`;
  if (IN_PART && !row) return "index.html";
  return null;
}
