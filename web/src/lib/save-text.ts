/** Hands text to the browser as a file to keep. */
export function saveText(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // the browser has taken its own hold of it by the next turn
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

/** Lets the browser download what is at an address, without holding it in the page. */
export function saveFrom(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}
