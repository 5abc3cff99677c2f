import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { App } from "./app/app.tsx"
import "./ui/tokens.css"
import "./ui/base.css"
import "./ui/controls.css"
import "./ui/pieces.css"

createRoot(document.getElementById("app")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
