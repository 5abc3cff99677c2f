export default function FilesScreen() {
  return (
    <section className="screen">
      <header className="screen-head">
        <h1>Files</h1>
      </header>
      <div className="screen-body" />
    </section>
  )
}
