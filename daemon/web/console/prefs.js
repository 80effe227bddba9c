// What this browser remembers of its reader: language, sound. Where it keeps nothing, the page works without.
export function remembered(name, otherwise = null) {
  try {
    return localStorage.getItem(`aqid.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}
export function remember(name, value) {
  try {
    localStorage.setItem(`aqid.${name}`, String(value));
  } catch { /* not kept */ }
}
