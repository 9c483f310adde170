// What an error code means, as far as it is known. The list is errorcodes.json.

const meanings = await (await fetch('/web/errorcodes.json')).json()

// explain takes an Int32 as the API gives it. Lists of error codes print it as an unsigned hexadecimal number.
export function explain(code) {
  const hex = '0x' + (code >>> 0).toString(16).toUpperCase().padStart(8, '0')
  let meaning = meanings[hex] ?? 'Nothing is known about this code.'
  if (code === 0) meaning = 'No error.'
  else if (!meanings[hex] && code >>> 16 === 0x8007) meaning = `Windows error ${code & 0xffff}.`
  return { hex, meaning }
}
