// @ts-check
/** Hand a file to the browser, which asks its user or keeps it. */

/** Milliseconds until the content may be let go of: some browsers read it only after the click. */
const READ = 10_000;

/** @param {Blob} content @param {string} file its name */
export function download(content, file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ);
}
