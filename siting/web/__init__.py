"""The app's rooms: uploads, the map to tap, the answer, and the page that holds them. Only these import streamlit."""
