// The little that the page needs to build elements. Text only ever becomes text: nothing here reads HTML.

export const byId = id => document.getElementById(id)

// element makes <tag>: properties are set where elements have them (className, onclick), else as attributes (aria-label).
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value
    else made.setAttribute(name, value)
  }
  made.append(...children)
  return made
}

// show puts text and elements into a box that hides while it is empty.
export function show(box, ...children) {
  box.replaceChildren(...children)
  box.hidden = children.length === 0
}
