"""What several pages put together: files and molecules, options, the pocket, the button that submits."""
